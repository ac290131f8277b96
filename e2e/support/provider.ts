import { generateKeyPairSync, randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import OpenIdProvider from "oidc-provider";

/** An account at the house's provider. */
export interface Account {
  email: string;
  email_verified: boolean;
}

/** A real OpenID provider, in which whoever types a name is let in under it. */
export class House {
  readonly accounts = new Map<string, Account>();
  /** How many seconds ago those who sign in now are taken to have done so. */
  signedInAgo = 0;
  private provider: OpenIdProvider | null = null;
  /** Of a program for whose staff the house vouches. */
  readonly settings: Record<string, string>;
  /** Of one for whose readers it does. */
  readonly readersSettings: Record<string, string>;

  private constructor(
    readonly issuer: string,
    private readonly server: Server,
  ) {
    const settings = (prefix: string) => ({
      [`${prefix}_ISSUER`]: issuer,
      [`${prefix}_CLIENT_ID`]: "tribune",
      [`${prefix}_CLIENT_SECRET`]: secret,
      [`${prefix}_LABEL`]: "The House",
    });
    this.settings = settings("TRIBUNE_OPENID");
    this.readersSettings = settings("TRIBUNE_READERS_OPENID");
  }

  /** Takes a port; nothing is answered yet. At a number, so that it is another site than Tribune. */
  static async start(): Promise<House> {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const house = new House(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, server);
    server.on("request", (request, response) => void house.answers(request, response));
    return house;
  }

  /** Begins to vouch for people to the program at `origin`. */
  vouchesTo(origin: string): void {
    const accounts = this.accounts;
    this.provider = new OpenIdProvider(this.issuer, {
      clients: [
        {
          client_id: "tribune",
          client_secret: secret,
          redirect_uris: ["/newsroom/sign-in/provider/answer", "/account/provider/answer"].map(
            (path) => origin + path,
          ),
          grant_types: ["authorization_code"],
          response_types: ["code"],
        },
      ],
      jwks: { keys: [{ ...key, use: "sig", alg: "RS256" }] },
      ttl: { AccessToken: 600, Grant: 600, IdToken: 600, Interaction: 600, Session: 600 },
      claims: { openid: ["sub"], email: ["email", "email_verified"] },
      cookies: { keys: [randomBytes(16).toString("hex")] },
      pkce: { required: () => true },
      features: { devInteractions: { enabled: false } },
      interactions: { url: (_: unknown, { uid }: { uid: string }) => `/interaction/${uid}` },
      findAccount: (_: unknown, id: string) => {
        const account = accounts.get(id);
        return account && { accountId: id, claims: () => ({ sub: id, ...account }) };
      },
      // The house trusts its own newsroom: nobody is asked whether it may.
      loadExistingGrant: async ({ oidc }: any) => {
        const { clientId } = oidc.client;
        const grant = new oidc.provider.Grant({ clientId, accountId: oidc.session.accountId });
        grant.addOIDCScope("openid email");
        await grant.save();
        return grant;
      },
    });
    this.provider.on("server_error", (_context, error) => console.error(error));
  }

  async stop(): Promise<void> {
    if (!this.server.listening) return;
    const closed = once(this.server, "close");
    this.server.close();
    this.server.closeAllConnections();
    await closed;
  }

  private async answers(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const provider = this.provider;
    if (!provider) {
      response.writeHead(503).end();
    } else if (!request.url!.startsWith("/interaction/")) {
      provider.callback()(request, response);
    } else if (request.method === "GET") {
      response.setHeader("content-type", "text/html; charset=utf-8");
      response.end(page);
    } else {
      const accountId = new URLSearchParams(await text(request)).get("account") ?? "";
      const ts = Math.floor(Date.now() / 1000) - this.signedInAgo;
      const result = accountId
        ? { login: { accountId, ts } }
        : { error: "access_denied", error_description: "Somebody turned back." };
      await provider.interactionFinished(request, response, result);
    }
  }
}

const key = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ format: "jwk" });

const secret = "what the house and its newsroom share";

const page = `<!doctype html>
<html lang="en">
<title>The House</title>
<h1>Who are you?</h1>
<form method="post">
<label>Account <input name="account"></label>
<button>Let me in</button>
</form>
<form method="post"><button>Turn back</button></form>
</html>`;
