import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Makes a certificate of its own word for `localhost`, and gives what the program is started with. */
export async function withCertificate<T>(use: (settings: Record<string, string>) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "tribune-certificate-"));
  const [chain, key] = [join(folder, "chain.pem"), join(folder, "key.pem")];
  try {
    execFileSync(
      "openssl",
      [
        ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"],
        ...["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", chain],
      ],
      { stdio: "pipe" },
    );
    return await use({ TRIBUNE_CERTIFICATE: chain, TRIBUNE_CERTIFICATE_KEY: key });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
