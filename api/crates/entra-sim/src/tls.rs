//! A certificate authority of our own, and a server certificate for this machine.

use std::path::Path;
use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose,
    date_time_ymd,
};
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::TlsAcceptor;

use crate::config::SimError;
use crate::persist::write_atomically;

const NAMES: [&str; 3] = ["localhost", "127.0.0.1", "::1"];

/// PEM texts of the authority and of the server.
struct Material {
    ca: String,
    chain: String,
    key: String,
}

/// The acceptor and the authority's certificate, PEM. With a folder, a restart finds the same authority.
pub(crate) fn acceptor(folder: Option<&Path>) -> Result<(TlsAcceptor, String), SimError> {
    let material = match folder {
        Some(folder) => kept(folder)?,
        None => made()?,
    };
    let crypto = |error: &dyn std::fmt::Display| SimError::Crypto(error.to_string());
    let chain: Vec<CertificateDer<'static>> =
        CertificateDer::pem_slice_iter(material.chain.as_bytes()).collect::<Result<_, _>>().map_err(|e| crypto(&e))?;
    let key = PrivateKeyDer::from_pem_slice(material.key.as_bytes()).map_err(|e| crypto(&e))?;
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|e| crypto(&e))?
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .map_err(|e| crypto(&e))?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok((TlsAcceptor::from(Arc::new(config)), material.ca))
}

/// Files of a folder: `ca.pem` for clients, `server.pem` and `server-key.pem` for us. The authority's key is not kept: it has signed all it ever will.
fn kept(folder: &Path) -> Result<Material, SimError> {
    std::fs::create_dir_all(folder).map_err(SimError::file("create", folder))?;
    let [ca, chain, key] = ["ca.pem", "server.pem", "server-key.pem"].map(|name| folder.join(name));
    if ca.exists() && chain.exists() && key.exists() {
        let read = |path: &Path| std::fs::read_to_string(path).map_err(SimError::file("read", path));
        return Ok(Material { ca: read(&ca)?, chain: read(&chain)?, key: read(&key)? });
    }
    let material = made()?;
    write_secret(&key, material.key.as_bytes())?;
    write_atomically(&chain, material.chain.as_bytes())?;
    // Last: whoever waits for this file finds a simulator that can serve.
    write_atomically(&ca, material.ca.as_bytes())?;
    Ok(material)
}

fn write_secret(path: &Path, bytes: &[u8]) -> Result<(), SimError> {
    write_atomically(path, bytes)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).map_err(SimError::file("write", path))?;
    }
    Ok(())
}

fn made() -> Result<Material, SimError> {
    make().map_err(|e| SimError::Crypto(e.to_string()))
}

fn make() -> Result<Material, rcgen::Error> {
    let mut authority = CertificateParams::default();
    authority.distinguished_name = name("entra-sim certificate authority");
    authority.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    authority.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign, KeyUsagePurpose::DigitalSignature];
    dates(&mut authority);
    let authority_key = KeyPair::generate()?;
    let ca = authority.self_signed(&authority_key)?.pem();
    let issuer = Issuer::new(authority, authority_key);

    let mut server = CertificateParams::new(NAMES.map(str::to_owned).to_vec())?;
    server.distinguished_name = name("localhost");
    server.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    server.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    server.use_authority_key_identifier_extension = true;
    dates(&mut server);
    let server_key = KeyPair::generate()?;
    let chain = server.signed_by(&server_key, &issuer)?.pem();
    Ok(Material { ca, chain, key: server_key.serialize_pem() })
}

fn name(common: &str) -> DistinguishedName {
    let mut name = DistinguishedName::new();
    name.push(DnType::CommonName, common);
    name
}

/// Wide and fixed: a simulated clock may stand anywhere.
fn dates(params: &mut CertificateParams) {
    params.not_before = date_time_ymd(2000, 1, 1);
    params.not_after = date_time_ymd(2099, 12, 31);
}
