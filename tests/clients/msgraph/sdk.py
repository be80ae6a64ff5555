"""Microsoft's own SDKs against the simulated Entra cloud: they must not be able to tell.

msgraph-sdk reads and writes policies; azure-identity signs in by secret and by certificate. Everything over https.
"""

import asyncio
import datetime
import logging
import signal
import sys
import time
import traceback
import uuid

import httpx
import jwt
from azure.core.exceptions import ClientAuthenticationError
from azure.identity import CertificateCredential, ClientSecretCredential
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from kiota_authentication_azure.azure_identity_authentication_provider import AzureIdentityAuthenticationProvider
from msgraph import GraphRequestAdapter, GraphServiceClient
from msgraph.generated.models.conditional_access_applications import ConditionalAccessApplications
from msgraph.generated.models.conditional_access_client_app import ConditionalAccessClientApp
from msgraph.generated.models.conditional_access_condition_set import ConditionalAccessConditionSet
from msgraph.generated.models.conditional_access_grant_control import ConditionalAccessGrantControl
from msgraph.generated.models.conditional_access_grant_controls import ConditionalAccessGrantControls
from msgraph.generated.models.conditional_access_policy import ConditionalAccessPolicy
from msgraph.generated.models.conditional_access_policy_state import ConditionalAccessPolicyState
from msgraph.generated.models.conditional_access_users import ConditionalAccessUsers
from msgraph.generated.models.o_data_errors.o_data_error import ODataError
from msgraph_core import GraphClientFactory
from msgraph_core.tasks.page_iterator import PageIterator

from simulator import Simulator

SCOPE = "https://graph.microsoft.com/.default"
REPORT_ONLY = ConditionalAccessPolicyState.EnabledForReportingButNotEnforced
CHECK_LIMIT_S = 60
CHECKS = []


def check(function):
    """Registers a check; its first docstring line is its name."""
    CHECKS.append(function)
    return function


class World:
    """The simulator, one of its tenants, and clients of the two applications registered there."""

    def __init__(self, simulator):
        self.simulator = simulator
        self.tenant = simulator.admin("GET", "tenants")["tenants"][0]
        self.tenant_id = self.tenant["tenantId"]
        self.writer = next(app for app in self.tenant["apps"] if "Policy.ReadWrite.ConditionalAccess" in app["roles"])
        self.reader = next(app for app in self.tenant["apps"] if "Policy.ReadWrite.ConditionalAccess" not in app["roles"])
        self.login = {
            "authority": simulator.https,
            "disable_instance_discovery": True,
            "connection_verify": str(simulator.ca_file),
        }
        self.graph = self.client(self.secret(self.writer))
        self.policies = self.graph.identity.conditional_access.policies
        self.deleted = self.graph.identity.conditional_access.deleted_items.policies

    def secret(self, app, value=None):
        return ClientSecretCredential(self.tenant_id, app["clientId"], value or app["secret"], **self.login)

    def client(self, credential):
        # Without the port: with it, kiota takes the host for a foreign one and sends no token.
        provider = AzureIdentityAuthenticationProvider(credential, scopes=[SCOPE], allowed_hosts=["127.0.0.1"])
        http = httpx.AsyncClient(verify=self.simulator.tls(), timeout=30)
        adapter = GraphRequestAdapter(provider, GraphClientFactory.create_with_default_middleware(client=http))
        adapter.base_url = f"{self.simulator.https}/v1.0"
        return GraphServiceClient(request_adapter=adapter)

    def of_tenant(self, method, path, body=None):
        return self.simulator.admin(method, f"tenants/{self.tenant_id}/{path}", body)

    def throttle(self, method, times, retry_after):
        trouble = {"kind": "throttle"} if retry_after is None else {"kind": "throttle", "retryAfter": retry_after}
        rule = {"method": method, "path": "/conditionalAccess/policies", "times": times, "trouble": trouble}
        return self.of_tenant("POST", "faults", rule)["id"]

    def struck(self, rule):
        return next(fault["struck"] for fault in self.of_tenant("GET", "faults")["faults"] if fault["id"] == rule)

    def writes(self):
        """How many writes the tenant has accepted."""
        return len(self.simulator.admin("GET", f"ledger?tenant={self.tenant_id}&after=0")["entries"])

    async def create(self, name):
        return await self.policies.post(draft(name))


def draft(name):
    """A policy that Graph accepts: report-only, MFA for one group's worth of nobody."""
    return ConditionalAccessPolicy(
        display_name=name,
        state=REPORT_ONLY,
        conditions=ConditionalAccessConditionSet(
            client_app_types=[ConditionalAccessClientApp.All],
            applications=ConditionalAccessApplications(include_applications=["All"]),
            users=ConditionalAccessUsers(include_users=["None"]),
        ),
        grant_controls=ConditionalAccessGrantControls(
            operator="OR", built_in_controls=[ConditionalAccessGrantControl.Mfa]
        ),
    )


async def refused(awaitable, status, code=None):
    """Awaits a call that Graph must refuse; its error."""
    try:
        await awaitable
    except ODataError as error:
        assert error.response_status_code == status, f"{error.response_status_code}: {error}"
        assert error.error.code and error.error.message, error
        assert code is None or error.error.code == code, error.error.code
        return error
    raise AssertionError(f"not refused with {status}")


@check
async def token_by_secret(world):
    """azure-identity signs in by secret; the token verifies against discovery and JWKS"""
    token = world.secret(world.writer).get_token(SCOPE).token
    tls = world.simulator.tls()
    async with httpx.AsyncClient(verify=tls) as http:
        discovery = await http.get(f"{world.simulator.https}/{world.tenant_id}/v2.0/.well-known/openid-configuration")
    keys = jwt.PyJWKClient(discovery.json()["jwks_uri"], ssl_context=tls)
    key = keys.get_signing_key_from_jwt(token)
    claims = jwt.decode(token, key, algorithms=["RS256"], options={"verify_aud": False})
    assert claims["tid"] == world.tenant_id, claims
    assert claims["appid"] == world.writer["clientId"], claims
    assert sorted(claims["roles"]) == sorted(world.writer["roles"]), claims


@check
async def token_by_certificate(world):
    """azure-identity signs in by certificate, and msgraph-sdk reads with that token"""
    pem, certificate = make_certificate()
    client_id = world.writer["clientId"]
    world.of_tenant("POST", f"apps/{client_id}/certificates", {"certificate": certificate})
    credential = CertificateCredential(world.tenant_id, client_id, certificate_data=pem, **world.login)
    page = await world.client(credential).identity.conditional_access.policies.get()
    assert page.value, "no policies"


@check
async def wrong_credentials(world):
    """a wrong secret and an unregistered certificate are refused with Entra's codes"""
    credentials = {
        "AADSTS7000215": world.secret(world.writer, "wrong"),
        "AADSTS700027": CertificateCredential(
            world.tenant_id, world.writer["clientId"], certificate_data=make_certificate()[0], **world.login
        ),
    }
    for code, credential in credentials.items():
        try:
            credential.get_token(SCOPE)
        except ClientAuthenticationError as error:
            assert code in str(error), error
        else:
            raise AssertionError(f"signed in, {code} was due")


@check
async def lists(world):
    """lists policies, named locations and strengths as typed objects"""
    access = world.graph.identity.conditional_access
    policies = (await access.policies.get()).value
    expected = {policy["id"]: policy["displayName"] for policy in world.of_tenant("GET", "policies")["value"]}
    assert {policy.id: policy.display_name for policy in policies} == expected
    assert all(isinstance(policy.state, ConditionalAccessPolicyState) for policy in policies)
    locations = (await access.named_locations.get()).value
    assert {type(location).__name__ for location in locations} <= {"IpNamedLocation", "CountryNamedLocation"}, locations
    assert (await access.authentication_strength.policies.get()).value, "no strengths"


@check
async def pages(world):
    """follows @odata.nextLink with PageIterator: every policy once"""
    world.of_tenant("PUT", "paging", {"maxPageSize": 4})
    try:
        first = await world.policies.get()
        assert len(first.value) == 4 and first.odata_next_link, first
        seen = []
        await PageIterator(first, world.graph.request_adapter).iterate(lambda policy: seen.append(policy.id) or True)
    finally:
        world.of_tenant("PUT", "paging", {"maxPageSize": None})
    expected = sorted(policy["id"] for policy in world.of_tenant("GET", "policies")["value"])
    assert sorted(seen) == expected, f"{len(seen)} of {len(expected)}"


@check
async def creates_and_patches(world):
    """creates a policy, reads it back, patches it: only what was sent changes"""
    made = await world.create(f"SDK {uuid.uuid4()}")
    assert made.id and made.created_date_time and made.state == REPORT_ONLY, made
    item = world.policies.by_conditional_access_policy_id(made.id)
    name = f"{made.display_name} renamed"
    await item.patch(ConditionalAccessPolicy(display_name=name, state=ConditionalAccessPolicyState.Disabled))
    read = await item.get()
    assert (read.display_name, read.state) == (name, ConditionalAccessPolicyState.Disabled), read
    assert read.grant_controls.built_in_controls == [ConditionalAccessGrantControl.Mfa], read.grant_controls
    assert read.modified_date_time >= made.created_date_time, read


@check
async def deletes_and_restores(world):
    """deletes softly, finds the policy in the recycle bin, restores it under the same id"""
    made = await world.create(f"SDK {uuid.uuid4()}")
    item = world.policies.by_conditional_access_policy_id(made.id)
    await item.delete()
    await refused(item.get(), 404)
    bin_ids = [policy.id for policy in (await world.deleted.get()).value]
    assert made.id in bin_ids, bin_ids
    await world.deleted.by_conditional_access_policy_id(made.id).restore.post()
    back = await item.get()
    assert (back.id, back.display_name) == (made.id, made.display_name), back
    assert made.id not in [policy.id for policy in (await world.deleted.get()).value]


@check
async def refusals(world):
    """Graph's refusals arrive as ODataError: not found, bad request, forbidden"""
    await refused(world.policies.by_conditional_access_policy_id(str(uuid.uuid4())).get(), 404)
    nameless = draft(None)
    await refused(world.policies.post(nameless), 400)
    reader = world.client(world.secret(world.reader)).identity.conditional_access.policies
    assert (await reader.get()).value, "the read-only application can't read"
    before = world.writes()
    await refused(reader.post(draft("forbidden")), 403)
    assert world.writes() == before, "a refused write is in the ledger"


@check
async def throttled_reads(world):
    """survives two 429 on a read and waits as Retry-After says"""
    rule = world.throttle("GET", 2, 1)
    started = time.monotonic()
    page = await world.policies.get()
    waited = time.monotonic() - started
    assert page.value and world.struck(rule) == 2, world.struck(rule)
    assert 2 <= waited < 10, f"{waited:.2f} s"


@check
async def throttled_writes(world):
    """survives a 429 without Retry-After on a create: one policy, one write"""
    before = world.writes()
    rule = world.throttle("POST", 1, None)
    made = await world.create(f"SDK {uuid.uuid4()}")
    assert made.id and world.struck(rule) == 1
    assert world.writes() == before + 1, world.writes() - before


def make_certificate():
    """A fresh RSA key with a self-signed certificate: (key and certificate in PEM, certificate in PEM)."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "causeway sdk test")])
    now = datetime.datetime.now(datetime.timezone.utc)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .sign(key, hashes.SHA256())
        .public_bytes(serialization.Encoding.PEM)
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return private + certificate, certificate.decode()


async def run(world):
    failed = 0
    for function in CHECKS:
        name, started = function.__doc__.splitlines()[0], time.monotonic()
        try:
            await asyncio.wait_for(function(world), CHECK_LIMIT_S)
            verdict = "ok  "
        except Exception:
            failed += 1
            verdict = "FAIL"
            traceback.print_exc(file=sys.stdout)
        finally:
            world.of_tenant("DELETE", "faults")
        print(f"{verdict} {name} ({(time.monotonic() - started) * 1000:.0f} ms)", flush=True)
    print(f"{len(CHECKS) - failed} passed, {failed} failed")
    return failed


if __name__ == "__main__":
    logging.getLogger("azure.identity").setLevel(logging.CRITICAL)  # refusals are expected here
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the simulator is ended too
    with Simulator() as simulator:
        failures = asyncio.run(run(World(simulator)))
    sys.exit(1 if failures else 0)
