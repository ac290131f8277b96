// For node's tests, which cannot read TypeScript.
import { build } from "esbuild";

/** A module and what it imports, by the address of the file that it is in. */
export async function moduleOf(address) {
  const { outputFiles } = await build({ entryPoints: [address.pathname], bundle: true, format: "esm", write: false });
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString("base64")}`);
}
