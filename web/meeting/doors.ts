// The closed group of a meeting, as one member has it in one epoch (MLS, RFC 9420). Nothing here
// changes: what is made or taken gives new doors. What the library has to be told is told here alone.
import { type Bytes, owned, same, toText, utf8 } from "./bytes.ts";
import {
  areDistinct,
  type Asked,
  credentialOf,
  type Member,
  membershipCode,
  type Named,
  newcomer,
  type Newcomer,
  objection,
  PSK_ID,
  readCredential,
} from "./membership.ts";
import { type Identity, SUITE, suiteOf } from "./suite.ts";
import type { Capabilities, ClientState, Credential, KeyPackage, MLSMessage, PrivateKeyPackage, PrivateMessage, Proposal, PskIndex } from "ts-mls";
import { defaultClientConfig } from "ts-mls/clientConfig.js";
import { createGroup, joinGroup } from "ts-mls/clientState.js";
import { createCommit } from "ts-mls/createCommit.js";
import { createApplicationMessage } from "ts-mls/createMessage.js";
import type { CiphersuiteImpl } from "ts-mls/crypto/ciphersuite.js";
import { makeHashImpl } from "ts-mls/crypto/implementation/default/makeHashImpl.js";
import { generateKeyPackageWithKey, makeKeyPackageRef } from "ts-mls/keyPackage.js";
import { mlsExporter } from "ts-mls/keySchedule.js";
import { decodeMlsMessage, encodeMlsMessage } from "ts-mls/message.js";
import { decryptSenderData } from "ts-mls/privateMessage.js";
import { processPrivateMessage } from "ts-mls/processMessages.js";

const DAY_S = 86_400;
const CAPABILITIES: Capabilities = {
  versions: ["mls10"],
  ciphersuites: [SUITE],
  extensions: [],
  proposals: [],
  credentials: ["basic"],
};

/** Whose browser this is, and what it has of the meeting. */
export interface Self {
  meeting: string;
  named: Named;
  identity: Identity;
  meetingSecret: Bytes;
}

/** With which one asks to be let in; the private half stays in this page. */
export interface Key {
  bytes: Bytes;
  publicPackage: KeyPackage;
  privatePackage: PrivateKeyPackage;
}

/** A commit that is to be sent, and the doors behind it once the server has taken it. */
export interface Commit {
  commit: Bytes;
  welcome: Bytes | null;
  next: Doors;
  /** What was used up, to be wiped when it is taken. */
  used: Uint8Array[];
}

/** A message that was opened, and who it is from. */
export interface Opened {
  from: Member;
  content: Bytes;
  next: Doors;
}

/** Makes a key package. A clock may be wrong by a day. */
export async function makeKey(self: Self, now: number): Promise<Key> {
  const seconds = Math.floor(now / 1000);
  const lifetime = { notBefore: BigInt(seconds - DAY_S), notAfter: BigInt(seconds + 28 * DAY_S) };
  const credential: Credential = { credentialType: "basic", identity: credentialOf(self.named) };
  const pair = { publicKey: self.identity.publicKey, signKey: new Uint8Array(0) };
  const made = await generateKeyPackageWithKey(credential, CAPABILITIES, lifetime, [], pair, await suiteOf(self.identity));
  const message: MLSMessage = { version: "mls10", wireformat: "mls_key_package", keyPackage: made.publicPackage };
  return { ...made, bytes: owned(encodeMlsMessage(message)) };
}

/** Whose key package it is. @throws when it is none. */
export function readKey(bytes: Uint8Array): Newcomer {
  return ownerOf(keyPackageIn(bytes));
}

/** Whether a welcome can be opened with this key. */
export async function isFor(key: Key, welcome: Uint8Array): Promise<boolean> {
  const message = decode(welcome);
  if (message.wireformat !== "mls_welcome") return false;
  const own = await makeKeyPackageRef(key.publicPackage, makeHashImpl(crypto.subtle, "SHA-256"));
  return message.welcome.secrets.some(({ newMember }) => same(newMember, own));
}

export class Doors {
  private constructor(
    private readonly self: Self,
    readonly group: number,
    private readonly state: ClientState,
    private readonly suite: CiphersuiteImpl,
    readonly members: Member[],
  ) {}

  /** A new group with nobody else in it. */
  static async found(self: Self, group: number, key: Key): Promise<Doors> {
    const suite = await suiteOf(self.identity);
    const id = groupId(self.meeting, group);
    const state = await createGroup(id, key.publicPackage, key.privatePackage, [], suite, defaultClientConfig);
    return new Doors(self, group, state, suite, membersOf(state));
  }

  /** @throws when the welcome is for another key, or the group is not one of this meeting. */
  static async join(self: Self, group: number, key: Key, welcome: Uint8Array): Promise<Doors> {
    const message = decode(welcome);
    if (message.wireformat !== "mls_welcome") throw new Error("The server sent something else than a welcome.");
    const suite = await suiteOf(self.identity);
    const psk = pskIndex(self);
    const state = await joinGroup(message.welcome, key.publicPackage, key.privatePackage, psk, suite);
    if (!psk.wasAsked()) throw new Error("Somebody made a group without this meeting's secret.");
    if (toText(state.groupContext.groupId) !== toText(groupId(self.meeting, group))) {
      throw new Error("The welcome is to another group.");
    }
    const members = membersOf(state);
    if (!areDistinct(members)) throw new Error("A seat is taken twice in this group.");
    return new Doors(self, group, state, suite, members);
  }

  get epoch(): number {
    return Number(this.state.groupContext.epoch);
  }

  get ownLeaf(): number {
    return this.state.privatePath.leafIndex;
  }

  /** Whether one was put out of the group. */
  get isOut(): boolean {
    return this.state.groupActiveState.kind !== "active";
  }

  memberAt(seat: string): Member | undefined {
    return this.members.find((member) => member.seat === seat);
  }

  code(): Promise<string> {
    return membershipCode(this.members);
  }

  /** What frames of this epoch are sealed with. */
  async frameBase(): Promise<Bytes> {
    const { exporterSecret } = this.state.keySchedule;
    return owned(await mlsExporter(exporterSecret, "SFrame 1.0 Base Key", new Uint8Array(0), 32, this.suite));
  }

  /** Lets somebody in; if their seat is in already with older keys, these go. */
  async admit(keyPackage: Uint8Array): Promise<Commit> {
    const pack = keyPackageIn(keyPackage);
    const former = this.memberAt(ownerOf(pack).seat);
    const proposals: Proposal[] = former ? [{ proposalType: "remove", remove: { removed: former.leaf } }] : [];
    const pskNonce = this.suite.rng.randomBytes(this.suite.kdf.size);
    proposals.push(
      { proposalType: "add", add: { keyPackage: pack } },
      { proposalType: "psk", psk: { preSharedKeyId: { psktype: "external", pskId: PSK_ID, pskNonce } } },
    );
    return this.commit(proposals);
  }

  async remove(seat: string): Promise<Commit> {
    const member = this.memberAt(seat);
    if (!member) throw new Error("This seat is not in the group.");
    return this.commit([{ proposalType: "remove", remove: { removed: member.leaf } }]);
  }

  /** New keys for one's own leaf. */
  update(): Promise<Commit> {
    return this.commit([]);
  }

  /** The doors behind somebody's commit. @throws when it is not to be taken. */
  async take(commit: Uint8Array, isChair: (seat: string) => boolean): Promise<Doors> {
    const message = privateMessageIn(commit);
    if (message.contentType !== "commit") throw new Error("The server sent something else than a commit.");
    if (message.epoch !== this.state.groupContext.epoch) throw new Error("The commit is of another epoch.");
    const sender = await this.senderOf(message);
    let reason: string | null = "A commit was not looked at.";
    const result = await processPrivateMessage(this.state, message, pskIndex(this.self), this.suite, (incoming) => {
      if (incoming.kind !== "commit") return "reject";
      const asked = incoming.proposals.map(({ proposal }) => readProposal(proposal));
      reason = incoming.senderLeafIndex === sender.leaf ? objection(this.members, sender.leaf, asked, isChair) : "A commit came from outside.";
      return reason === null ? "accept" : "reject";
    });
    if (reason !== null) throw new Error(reason);
    if (result.kind !== "newState") throw new Error("The commit was a message.");
    const next = this.behind(result.newState);
    const now = next.memberAt(sender.seat);
    const isSame = now?.leaf === sender.leaf && now.name === sender.name && now.party === sender.party;
    if (!isSame || toText(now.identity) !== toText(sender.identity)) throw new Error("A commit changed who its sender is.");
    if (!areDistinct(next.members)) throw new Error("A commit gives one seat to two.");
    wipe(result.consumed);
    return next;
  }

  /** Seals a message to everybody in the group. The doors it was sealed in are not to be used again. */
  async say(content: Uint8Array): Promise<{ payload: Bytes; next: Doors }> {
    const { newState, privateMessage, consumed } = await createApplicationMessage(this.state, content, this.suite);
    wipe(consumed);
    const message: MLSMessage = { version: "mls10", wireformat: "mls_private_message", privateMessage };
    return { payload: owned(encodeMlsMessage(message)), next: this.behind(newState) };
  }

  /** @throws when it does not open, or was opened before. */
  async hear(payload: Uint8Array): Promise<Opened> {
    const message = privateMessageIn(payload);
    if (message.contentType !== "application") throw new Error("This is no message.");
    const from = await this.senderOf(message);
    const result = await processPrivateMessage(this.state, message, pskIndex(this.self), this.suite, () => "reject");
    if (result.kind !== "applicationMessage") throw new Error("This is no message.");
    wipe(result.consumed);
    return { from, content: owned(result.message), next: this.behind(result.newState) };
  }

  private async commit(extraProposals: Proposal[]): Promise<Commit> {
    const context = { state: this.state, cipherSuite: this.suite, pskIndex: pskIndex(this.self) };
    const made = await createCommit(context, { extraProposals, ratchetTreeExtension: true });
    const welcome: MLSMessage | null = made.welcome
      ? { version: "mls10", wireformat: "mls_welcome", welcome: made.welcome }
      : null;
    return {
      commit: owned(encodeMlsMessage(made.commit)),
      welcome: welcome && owned(encodeMlsMessage(welcome)),
      next: this.behind(made.newState),
      used: made.consumed,
    };
  }

  /** The member whose signature the library will ask for. */
  private async senderOf(message: PrivateMessage): Promise<Member> {
    const { groupContext, keySchedule, historicalReceiverData } = this.state;
    const isNow = message.epoch === groupContext.epoch;
    const past = isNow ? undefined : historicalReceiverData.get(message.epoch);
    const secret = isNow ? keySchedule.senderDataSecret : past?.senderDataSecret;
    if (!secret) throw new Error("The keys for this message are gone, or have not come yet.");
    const data = await decryptSenderData(message, secret, this.suite);
    const members = past ? membersIn(past.ratchetTree) : this.members;
    const sender = members.find(({ leaf }) => leaf === data?.leafIndex);
    if (!sender) throw new Error("Nobody who is in sent this.");
    return sender;
  }

  private behind(state: ClientState): Doors {
    return new Doors(this.self, this.group, state, this.suite, membersOf(state));
  }
}

/** Wipes what was used up, so that what was sealed with it stays sealed. */
export function wipe(used: Uint8Array[]): void {
  for (const bytes of used) bytes.fill(0);
}

function groupId(meeting: string, group: number): Bytes {
  return utf8(`${meeting}/${group}`);
}

function pskIndex(self: Self): PskIndex & { wasAsked(): boolean } {
  let asked = false;
  return {
    wasAsked: () => asked,
    findPsk(id) {
      if (id.psktype !== "external" || toText(id.pskId) !== toText(PSK_ID)) return undefined;
      asked = true;
      return self.meetingSecret;
    },
  };
}

function readProposal(proposal: Proposal): Asked {
  // Of numbers the library knows the names of its own alone.
  if (typeof proposal.proposalType === "number") return { other: proposal.proposalType };
  if ("add" in proposal) return { add: ownerOf(proposal.add.keyPackage) };
  if ("remove" in proposal) return { remove: proposal.remove.removed };
  if ("psk" in proposal && proposal.psk.preSharedKeyId.psktype === "external") return { psk: proposal.psk.preSharedKeyId.pskId };
  return { other: proposal.proposalType };
}

function membersOf(state: ClientState): Member[] {
  return membersIn(state.ratchetTree);
}

function membersIn(tree: ClientState["ratchetTree"]): Member[] {
  const members: Member[] = [];
  // Leaves are every other node.
  for (let node = 0; node < tree.length; node += 2) {
    const it = tree[node];
    if (it?.nodeType !== "leaf") continue;
    members.push({ leaf: node / 2, ...newcomer(named(it.leaf.credential), it.leaf.signaturePublicKey) });
  }
  return members;
}

function ownerOf(pack: KeyPackage): Newcomer {
  return newcomer(named(pack.leafNode.credential), pack.leafNode.signaturePublicKey);
}

function named(credential: Credential): Named {
  if (credential.credentialType !== "basic") throw new Error("A member's credential names no seat.");
  return readCredential(credential.identity);
}

function keyPackageIn(bytes: Uint8Array): KeyPackage {
  const message = decode(bytes);
  if (message.wireformat !== "mls_key_package") throw new Error("This is no key package.");
  return message.keyPackage;
}

function privateMessageIn(bytes: Uint8Array): PrivateMessage {
  const message = decode(bytes);
  if (message.wireformat !== "mls_private_message") throw new Error("This is no message of a closed group.");
  return message.privateMessage;
}

/** @throws when there is anything but one whole message. */
function decode(bytes: Uint8Array): MLSMessage {
  const [message, length] = decodeMlsMessage(bytes, 0) ?? [];
  if (!message || length !== bytes.length) throw new Error("This is no whole message of MLS.");
  return message;
}
