-- 200 tenants x 20 policies x 10 changes in the workspace of the embedded owner. Deterministic: ids are made from numbers.
-- psql variable `documents` is a JSON array of real policy documents.
begin;
create temp table doc as
select (place - 1)::int as n, value::text as content, (value -> 'conditions')::json::text as conditions,
       encode(sha256(convert_to(value::text, 'UTF8')), 'hex') as hash
from json_array_elements(:'documents'::json) with ordinality as documents (value, place);

create temp table ws as select w.id as workspace, m.id as member from workspace w join member m on m.workspace_id = w.id and m.role = 'OWNER' limit 1;

insert into document (workspace_id, hash, content) select ws.workspace, hash, content from doc, ws on conflict do nothing;

insert into tenant (id, workspace_id, entra_tenant_id, display_name, sort_name, cloud, client_id, credential, connection, imported_at, last_sync_at,
                    licences, emergency_access, created_at, version)
select ('00000000-0000-7000-8000-' || lpad(to_hex(t), 12, '0'))::uuid, ws.workspace, ('10000000-0000-4000-8000-' || lpad(to_hex(t), 12, '0'))::uuid,
       'Bench tenant ' || lpad(t::text, 3, '0'), 'bench tenant ' || lpad(t::text, 3, '0'), 'GLOBAL', '20000000-0000-4000-8000-000000000000', '\x00',
       'CONNECTED', now(), now(), '{"p1":true,"p2":false,"intune":false}', '{"principals":[],"verified_at":null}', now(), 1
from generate_series(1, 200) t, ws;

insert into policy (id, workspace_id, tenant_id, graph_id, display_name, sort_name, state, conditions, content_hash, document_hash, tags,
                    first_seen_at, last_seen_at, latest_change_id, latest_change_status, version)
select ('00000000-0000-7000-8001-' || lpad(to_hex(t * 100 + p), 12, '0'))::uuid, ws.workspace,
       ('00000000-0000-7000-8000-' || lpad(to_hex(t), 12, '0'))::uuid, ('30000000-0000-4000-8000-' || lpad(to_hex(t * 100 + p), 12, '0'))::uuid,
       'CA' || lpad(p::text, 3, '0') || ' Bench policy', 'ca' || lpad(p::text, 3, '0') || ' bench policy',
       (array['enabled', 'disabled', 'enabledForReportingButNotEnforced'])[1 + (t + p) % 3], doc.conditions, doc.hash, doc.hash, '[]', now(), now(),
       ('00000000-0000-7000-8002-' || lpad(to_hex((t * 100 + p) * 100 + 10), 12, '0'))::uuid, 'draft', 1
from generate_series(1, 200) t cross join generate_series(1, 20) p
join doc on doc.n = (t * 20 + p) % (select count(*) from doc) cross join ws;

insert into change_request (id, workspace_id, tenant_id, policy_id, kind, payload, status, revision, created_by, editors, requires_approval,
                            created_at, updated_at)
select ('00000000-0000-7000-8002-' || lpad(to_hex((t * 100 + p) * 100 + c), 12, '0'))::uuid, ws.workspace,
       ('00000000-0000-7000-8000-' || lpad(to_hex(t), 12, '0'))::uuid, ('00000000-0000-7000-8001-' || lpad(to_hex(t * 100 + p), 12, '0'))::uuid,
       'policy.rename', '{"kind":"policy.rename","displayName":"Bench"}', case when c = 10 then 'draft' else 'cancelled' end, 1, ws.member, '[]',
       false, now() + c * interval '1 second', now() + c * interval '1 second'
from generate_series(1, 200) t cross join generate_series(1, 20) p cross join generate_series(1, 10) c cross join ws;
commit;
vacuum analyze;
