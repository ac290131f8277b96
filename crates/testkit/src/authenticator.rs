use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{Signature, SigningKey};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

/// Somebody is there, and has been verified (WebAuthn Level 3 §6.1).
const PRESENT_AND_VERIFIED: u8 = 0x05;
/// A new credential comes along.
const CREDENTIAL: u8 = 0x40;

/// A device with passkeys, in a browser that says yes to everything (WebAuthn Level 3 §6). Its keys
/// are the same in each run.
pub struct Authenticator {
    /// The page that asks it, as the browser says.
    pub origin: String,
    keys: Vec<Passkey>,
}

struct Passkey {
    id: Vec<u8>,
    /// By what the site knows whose it is, in base64url.
    owner: Value,
    key: SigningKey,
    used: u32,
}

impl Authenticator {
    /// One without passkeys, asked by pages of this origin.
    pub fn at(origin: &str) -> Self {
        Self { origin: origin.to_owned(), keys: Vec::new() }
    }

    /// Makes a passkey by the options of `navigator.credentials.create`, and gives the credential as
    /// a script sends it.
    pub fn makes(&mut self, options: &Value) -> Value {
        let options = &options["publicKey"];
        let number = u8::try_from(self.keys.len()).unwrap_or(u8::MAX).saturating_add(1);
        let site = options["rp"]["id"].as_str().unwrap_or_default();
        let owner = options["user"]["id"].clone();
        let seed = Sha256::new()
            .chain_update(owner.as_str().unwrap_or_default())
            .chain_update([number])
            .finalize();
        let id = seed[..16].to_vec();
        let Ok(key) = SigningKey::from_slice(&seed) else { return Value::Null };
        let point = key.verifying_key().to_sec1_point(false);
        let (x, y) = point.as_bytes()[1..].split_at(32);
        let mut data = self.about(site, PRESENT_AND_VERIFIED | CREDENTIAL, 0);
        data.extend([0; 16]);
        data.extend([0, 16]);
        data.extend(&id);
        // COSE (RFC 9052): EC2, ES256, P-256, x, y.
        data.extend(b"\xa5\x01\x02\x03\x26\x20\x01\x21\x58\x20");
        data.extend(x);
        data.extend(b"\x22\x58\x20");
        data.extend(y);
        let mut attestation = b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58".to_vec();
        attestation.push(u8::try_from(data.len()).unwrap_or(u8::MAX));
        attestation.extend(data);
        let client = self.client("webauthn.create", &options["challenge"]);
        self.keys.push(Passkey { id: id.clone(), owner, key, used: 0 });
        json!({
            "id": text(&id),
            "rawId": text(&id),
            "type": "public-key",
            "extensions": {},
            "response": {
                "clientDataJSON": text(client.as_bytes()),
                "attestationObject": text(&attestation),
                "transports": ["internal"],
            },
        })
    }

    /// Shows its newest passkey by the options of `navigator.credentials.get`.
    pub fn shows(&mut self, options: &Value) -> Value {
        let options = &options["publicKey"];
        let site = options["rpId"].as_str().unwrap_or_default();
        let client = self.client("webauthn.get", &options["challenge"]);
        let used = self.keys.last().map_or(0, |it| it.used + 1);
        let data = self.about(site, PRESENT_AND_VERIFIED, used);
        let Some(known) = self.keys.last_mut() else { return Value::Null };
        known.used = used;
        let signed = [data.as_slice(), &Sha256::digest(client.as_bytes())].concat();
        let signature: Signature = known.key.sign(&signed);
        json!({
            "id": text(&known.id),
            "rawId": text(&known.id),
            "type": "public-key",
            "extensions": {},
            "response": {
                "clientDataJSON": text(client.as_bytes()),
                "authenticatorData": text(&data),
                "signature": text(signature.to_der().as_bytes()),
                "userHandle": known.owner.clone(),
            },
        })
    }

    /// What the browser says about the question.
    fn client(&self, what: &str, challenge: &Value) -> String {
        let origin = &self.origin;
        json!({ "type": what, "challenge": challenge, "origin": origin, "crossOrigin": false })
            .to_string()
    }

    /// What the device says about itself and whoever holds it.
    fn about(&self, site: &str, flags: u8, used: u32) -> Vec<u8> {
        let mut data = Sha256::digest(site.as_bytes()).to_vec();
        data.push(flags);
        data.extend(used.to_be_bytes());
        data
    }
}

fn text(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}
