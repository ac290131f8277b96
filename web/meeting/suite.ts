// MLS's cipher suite 1 out of WebCrypto, with a signature key that never leaves the browser's keeping.
import { Aes128Gcm, CipherSuite, DhkemX25519HkdfSha256, HkdfSha256 } from "@hpke/core";
import { type CiphersuiteImpl, getCiphersuiteFromName } from "ts-mls/crypto/ciphersuite.js";
import { makeGenericHpke } from "ts-mls/crypto/implementation/hpke.js";
import { makeHashImpl } from "ts-mls/crypto/implementation/default/makeHashImpl.js";
import { makeKdfImpl } from "ts-mls/crypto/implementation/default/makeKdfImpl.js";
import { type Bytes, owned } from "./bytes.ts";

export const SUITE = "MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519";

/** Who somebody is in a meeting: a key with which only this browser can sign. */
export interface Identity {
  publicKey: Bytes;
  privateKey: CryptoKey;
}

/** It cannot be taken out of the browser, whatever runs on the page. */
export async function makeIdentity(): Promise<Identity> {
  const pair = (await crypto.subtle.generateKey("Ed25519", false, ["sign", "verify"])) as CryptoKeyPair;
  const publicKey = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
  return { publicKey, privateKey: pair.privateKey };
}

/** Signs as `identity`; the bytes that ts-mls carries as a private key are none. */
export async function suiteOf(identity: Identity): Promise<CiphersuiteImpl> {
  const { hpke } = getCiphersuiteFromName(SUITE);
  const suite = new CipherSuite({ kem: new DhkemX25519HkdfSha256(), kdf: new HkdfSha256(), aead: new Aes128Gcm() });
  return {
    name: SUITE,
    hash: makeHashImpl(crypto.subtle, "SHA-256"),
    kdf: makeKdfImpl(new HkdfSha256()),
    hpke: await makeGenericHpke(hpke, aead, suite),
    rng: { randomBytes: (length) => crypto.getRandomValues(new Uint8Array(length)) },
    signature: {
      async sign(_none, message) {
        return new Uint8Array(await crypto.subtle.sign("Ed25519", identity.privateKey, owned(message)));
      },
      async verify(publicKey, message, signature) {
        const key = await crypto.subtle.importKey("raw", owned(publicKey), "Ed25519", false, ["verify"]);
        return crypto.subtle.verify("Ed25519", key, owned(signature), owned(message));
      },
      async keygen() {
        throw new Error("A meeting's identities are made by makeIdentity.");
      },
    },
  };
}

const aead = {
  async encrypt(key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, plain: Uint8Array): Promise<Uint8Array> {
    const how = { name: "AES-GCM", iv: owned(nonce), additionalData: owned(aad) };
    return new Uint8Array(await crypto.subtle.encrypt(how, await gcm(key, "encrypt"), owned(plain)));
  },
  async decrypt(key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, sealed: Uint8Array): Promise<Uint8Array> {
    const how = { name: "AES-GCM", iv: owned(nonce), additionalData: owned(aad) };
    return new Uint8Array(await crypto.subtle.decrypt(how, await gcm(key, "decrypt"), owned(sealed)));
  },
};

function gcm(key: Uint8Array, usage: KeyUsage): Promise<CryptoKey> {
  return crypto.subtle.importKey("raw", owned(key), "AES-GCM", false, [usage]);
}
