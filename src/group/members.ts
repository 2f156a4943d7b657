// The members of one group: how many there may be, what each is told as it comes, how long it may stay. Lets nobody in; the Worker has.
import { memberOfToken, type Admission, type Member } from "../core/admission.ts";
import type { CloseReason } from "../core/codes.ts";
import { withDue } from "../core/due.ts";
import { errorFrame } from "../core/frames.ts";
import { channelName } from "../core/group.ts";
import { findSilent } from "../core/heartbeat.ts";
import { leaseStep, nextLeaseStep } from "../core/lease.ts";
import { CONNECTIONS_PER_GROUP, CONNECTIONS_PER_SUBJECT } from "../core/limits.ts";
import { no, ok, type Result } from "../core/result.ts";
import { coversGroup } from "../core/token.ts";
import { verifyToken } from "../tokens/verify.ts";
import { goesNow, memberOf, renew, sinceOf } from "./attachment.ts";
import type { Connection } from "./connections.ts";
import type { Parts } from "./parts.ts";
import { welcome } from "./welcome.ts";

/** Why a new token was not taken, as its bearer hears it; the log hears more. */
export type RefreshRefusal = "token_refused" | "unavailable";

const tokenExpires = errorFrame("token_expires", "the token has run out: send a refresh");

export class Members {
  readonly #parts: Parts;
  #noneSilentUntil = -Infinity;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Why there is no room for one more; null if there is. */
  full({ sub }: Member): "group_full" | "subject_full" | null {
    const { connections } = this.#parts;
    if (connections.count >= CONNECTIONS_PER_GROUP) return "group_full";
    return sub !== null && connections.ofSub(sub).length >= CONNECTIONS_PER_SUBJECT ? "subject_full" : null;
  }

  /** Takes a connection in and tells it what it has to know; null if the platform has no room. No await may come in between. */
  take(admission: Admission, now: number): WebSocket | null {
    const { connections, self, presence } = this.#parts;
    const { mode, member } = admission;
    const id = crypto.randomUUID().replaceAll("-", "");
    const accepted = connections.accept(id, mode, member, now);
    if (accepted === null) return null;
    const channel = channelName(self.name, id);
    for (const frame of welcome(channel, admission, this.#parts, now)) connections.send([accepted.server], frame);
    presence.came(accepted.server);
    const expiresAt = this.#leaseOf(member);
    // A token may run out on its way here, by our clock; when tokens are next looked at, this one counts as told.
    if (leaseStep(mode, expiresAt, now) === "warn") connections.send([accepted.server], tokenExpires);
    this.#lookAgain(nextLeaseStep(mode, expiresAt, now));
    return accepted.client;
  }

  /** Ends a connection, or answers one that has ended itself. */
  end(connection: Connection, reason: CloseReason): void {
    const now = Date.now();
    const { connections, self, presence } = this.#parts;
    connections.gone(connection);
    if (goesNow(connection)) {
      presence.went(connection, now);
      this.#parts.log({ event: "leave", group: self.name, reason, ms: now - sinceOf(connection) });
    }
    connections.close(connection, reason);
  }

  /** Ends those that have been silent for too long. Looks only when there may be one: a look costs as much as a frame for each. */
  reap(now: number): void {
    if (now <= this.#noneSilentUntil) return;
    const { silent, next } = findSilent(this.#parts.connections.heard(), now);
    this.#noneSilentUntil = next;
    for (const connection of silent) this.end(connection, "silent");
  }

  /** Looks at every token: who has run out of time is told, or ended. */
  checkTokens(now: number): void {
    const { connections, store } = this.#parts;
    const due = store.due();
    let next = Infinity;
    for (const connection of connections) {
      const [mode, expiresAt] = [connections.modeOf(connection), this.#leaseOf(memberOf(connection))];
      const step = leaseStep(mode, expiresAt, now);
      // Whose token had run out before was told when this was last looked at.
      if (step === "warn" && (expiresAt ?? 0) >= (due.tokens ?? 0)) connections.send([connection], tokenExpires);
      if (step === "end") this.end(connection, "token_expired");
      else next = Math.min(next, nextLeaseStep(mode, expiresAt, now) ?? Infinity);
    }
    store.keepDue(withDue(store.due(), "tokens", next === Infinity ? undefined : next));
  }

  /** A new token for a connection: of the same subject, and for this group. When it runs out, in ms. */
  async refresh(connection: Connection, text: string, now: number): Promise<Result<number | null, RefreshRefusal>> {
    const { self, settings } = this.#parts;
    const { sub } = memberOf(connection);
    const token = await verifyToken(text, settings.tokens, now);
    if (token.ok && token.value.sub === sub && coversGroup(token.value, self.name)) {
      const member = memberOfToken(token.value);
      renew(connection, member);
      this.#lookAgain(nextLeaseStep(this.#parts.connections.modeOf(connection), this.#leaseOf(member), now));
      return ok(member.expiresAt);
    }
    const { reason, detail } = token.ok
      ? { reason: "token_wrong_group", detail: "a refresh for somebody else, or for other groups" }
      : token.reason;
    this.#parts.log({ event: "refusal", group: self.name, reason, detail, ms: Date.now() - now });
    return no(reason === "token_keys_unavailable" ? "unavailable" : "token_refused");
  }

  /** In a group that is open a token only says who somebody is: its end ends nothing. */
  #leaseOf({ expiresAt }: Member): number | null {
    return this.#parts.self.consumer.access === "token" ? expiresAt : null;
  }

  #lookAgain(at: number | null): void {
    if (at === null) return;
    const { store } = this.#parts;
    const due = store.due();
    store.keepDue(withDue(due, "tokens", Math.min(due.tokens ?? Infinity, at)));
  }
}
