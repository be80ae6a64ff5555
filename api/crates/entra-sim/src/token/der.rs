//! As much of X.509 as a registered certificate needs: where its public key is (RFC 5280, section 4.1).

/// The SubjectPublicKeyInfo of a DER certificate; `None` when the bytes are not a certificate.
pub(crate) fn certificate_public_key(certificate: &[u8]) -> Option<&[u8]> {
    let (outer, _) = element(certificate)?;
    let (tbs, _) = element(contents(outer, 0x30)?)?;
    let mut rest = contents(tbs, 0x30)?;
    // version [0] is there in every certificate newer than v1.
    if rest.first() == Some(&0xa0) {
        rest = element(rest)?.1;
    }
    // serialNumber, signature, issuer, validity, subject
    for _ in 0..5 {
        rest = element(rest)?.1;
    }
    let (key, _) = element(rest)?;
    (key.first() == Some(&0x30)).then_some(key)
}

/// Modulus and exponent of an RSAPublicKey (RFC 8017, appendix A.1.1), big-endian without leading zeros.
pub(super) fn rsa_numbers(public_key: &[u8]) -> Option<(&[u8], &[u8])> {
    let (modulus, rest) = element(contents(public_key, 0x30)?)?;
    let (exponent, _) = element(rest)?;
    let number = |element| contents(element, 0x02).map(|bytes| bytes.strip_prefix(&[0]).unwrap_or(bytes));
    Some((number(modulus)?, number(exponent)?))
}

/// The first element of `bytes`, with its header, and what follows it.
fn element(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = header(bytes)?.checked_add(length(bytes)?)?;
    (end <= bytes.len()).then(|| bytes.split_at(end))
}

/// The contents of an element with this tag.
fn contents(element: &[u8], tag: u8) -> Option<&[u8]> {
    if element.first() != Some(&tag) {
        return None;
    }
    element.get(header(element)?..)
}

/// Bytes of tag and length.
fn header(bytes: &[u8]) -> Option<usize> {
    let first = *bytes.get(1)?;
    Some(if first < 0x80 { 2 } else { 2 + usize::from(first & 0x7f) })
}

fn length(bytes: &[u8]) -> Option<usize> {
    let first = *bytes.get(1)?;
    if first < 0x80 {
        return Some(usize::from(first));
    }
    let count = usize::from(first & 0x7f);
    if count == 0 || count > 4 {
        return None;
    }
    bytes.get(2..2 + count)?.iter().try_fold(0usize, |sum, byte| sum.checked_mul(256)?.checked_add(usize::from(*byte)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_key_of_a_real_certificate() {
        let key = rcgen::KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256).unwrap();
        let certificate = rcgen::CertificateParams::default().self_signed(&key).unwrap();
        let found = certificate_public_key(certificate.der()).unwrap();
        assert!(found.ends_with(key.public_key_raw()));
    }

    #[test]
    fn garbage_is_not_a_certificate() {
        for bytes in [&b""[..], b"0", b"\x30\x84\xff\xff\xff\xff", b"\x30\x03\x30\x01\x00", b"\x30\x80", b"hello world"] {
            assert_eq!(certificate_public_key(bytes), None);
        }
    }
}
