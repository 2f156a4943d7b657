// The members of a group: admits them within limits, checks their tokens, closes them.
import type { Consumer } from "../../consumers/consumer.ts";
import { memberOfToken, type Admission, type LimitReached, type Member } from "../../core/admission.ts";
import type { CloseReason } from "../../core/codes.ts";
import { errorFrame } from "../../core/frames.ts";
import { channelName } from "../../core/group.ts";
import { findSilent } from "../../core/heartbeat.ts";
import { leaseStep, nextLeaseStep } from "../../core/lease.ts";
import { CONNECTIONS_PER_SUBJECT } from "../../core/limits.ts";
import type { LogLine } from "../../core/log.ts";
import { no, ok, type Result } from "../../core/result.ts";
import type { Settings } from "../../core/settings.ts";
import { coversGroup } from "../../core/token.ts";
import { verifyToken } from "../../tokens/verify.ts";
import type { DueTimes } from "../schedule/due-times.ts";
import { markLeft, memberOf, setMember, sinceOf } from "./attachment.ts";
import type { Accepted, Connection, Connections } from "./connections.ts";
import type { Presence } from "./presence.ts";
import { welcomeFrames, type WelcomeContext } from "./welcome.ts";

interface MembersOptions {
  readonly group: string;
  readonly access: Consumer["access"];
  readonly isOrder: boolean;
  readonly connections: Connections;
  readonly presence: Presence;
  readonly dueTimes: DueTimes;
  /** Evaluated per join: settings can be invalid while connections are being closed. */
  readonly welcome: () => WelcomeContext;
  readonly settings: () => Settings;
  readonly log: (line: LogLine) => void;
}

/** The reason of a rejected refresh as the client receives it; the log has the details. */
export type RefreshRefusal = "token_refused" | "unavailable";

const tokenExpires = errorFrame("token_expires", "the token has run out: send a refresh");

export class Members {
  readonly #options: MembersOptions;
  #noneSilentUntil = -Infinity;

  constructor(options: MembersOptions) {
    this.#options = options;
  }

  /** The limit that a new member would exceed; null if there is room. */
  limitReached({ sub, address }: Member): LimitReached | null {
    const { connections, isOrder } = this.#options;
    const { perGroup, perAddress } = this.#options.settings().connections;
    if (connections.count >= perGroup) return "group_full";
    if (sub !== null) return connections.ofSub(sub).length >= CONNECTIONS_PER_SUBJECT ? "subject_full" : null;
    const { order, other } = perAddress;
    return connections.countOf(address) >= (isOrder ? order : other) ? "address_full" : null;
  }

  /** Accepts a connection and sends its first frames, without an `await` in between. Null if the platform is full. */
  admit(admission: Admission, now: number): Accepted | null {
    const { connections } = this.#options;
    const id = crypto.randomUUID().replaceAll("-", "");
    const accepted = connections.accept(id, admission.mode, admission.member, now);
    if (accepted === null) return null;
    try {
      this.#greet(accepted.server, id, admission, now);
    } catch (error) {
      connections.drop(accepted.server);
      throw error;
    }
    return accepted;
  }

  #greet(connection: Connection, id: string, admission: Admission, now: number): void {
    const { connections, group, presence, welcome } = this.#options;
    const { mode, member } = admission;
    const frames = welcomeFrames(channelName(group, id), admission, welcome(), now);
    for (const frame of frames) connections.send([connection], frame);
    presence.onJoin(connection);
    const expiresAt = this.#expiryOf(member);
    // The token may expire during the handshake: ask for a refresh now. `checkTokens` will not ask again.
    if (leaseStep(mode, expiresAt, now) === "warn") connections.send([connection], tokenExpires);
    this.#scheduleCheck(nextLeaseStep(mode, expiresAt, now));
  }

  /** Closes a connection, or answers the close of the client. */
  close(connection: Connection, reason: CloseReason): void {
    const now = Date.now();
    const { connections, group, presence, log } = this.#options;
    connections.remove(connection);
    if (markLeft(connection)) {
      presence.onLeave(connection, now);
      log({ event: "leave", group, reason, ms: now - sinceOf(connection) });
    }
    connections.close(connection, reason);
  }

  /** Closes silent connections. Reads them only when one can be silent: that costs as much as a frame to each. */
  closeSilent(now: number): void {
    if (now <= this.#noneSilentUntil) return;
    const { silent, next } = findSilent(this.#options.connections.lastActivity(), now);
    this.#noneSilentUntil = next;
    for (const connection of silent) this.close(connection, "silent");
  }

  /** Checks every token: asks for a refresh after its expiry, closes the connection after the grace period. */
  checkTokens(now: number): void {
    const { connections, dueTimes } = this.#options;
    const checkedAt = dueTimes.current.tokens ?? 0;
    let next = Infinity;
    for (const connection of connections) {
      const [mode, expiresAt] = [connections.modeOf(connection), this.#expiryOf(memberOf(connection))];
      const step = leaseStep(mode, expiresAt, now);
      // Tokens that expired before the last check were asked for then.
      if (step === "warn" && (expiresAt ?? 0) >= checkedAt) connections.send([connection], tokenExpires);
      if (step === "end") this.close(connection, "token_expired");
      else next = Math.min(next, nextLeaseStep(mode, expiresAt, now) ?? Infinity);
    }
    dueTimes.set("tokens", next === Infinity ? undefined : next);
  }

  /**
   * Replaces the token of a connection by one of the same subject and for this group. Returns its
   * expiry in ms.
   */
  async refresh(connection: Connection, text: string, now: number): Promise<Result<number | null, RefreshRefusal>> {
    const { connections, group, settings, log } = this.#options;
    const { sub } = memberOf(connection);
    const token = await verifyToken(text, settings().tokens, now);
    if (token.ok && token.value.sub === sub && coversGroup(token.value, group)) {
      const member = memberOfToken(token.value);
      setMember(connection, member);
      this.#scheduleCheck(nextLeaseStep(connections.modeOf(connection), this.#expiryOf(member), now));
      return ok(member.expiresAt);
    }
    const { reason, detail } = token.ok
      ? { reason: "token_wrong_group", detail: "a refresh for somebody else, or for other groups" }
      : token.reason;
    log({ event: "refusal", group, reason, detail, ms: Date.now() - now });
    return no(reason === "token_keys_unavailable" ? "unavailable" : "token_refused");
  }

  /** In an open group a token only identifies a member, so its expiry is ignored. */
  #expiryOf({ expiresAt }: Member): number | null {
    return this.#options.access === "token" ? expiresAt : null;
  }

  #scheduleCheck(at: number | null): void {
    if (at !== null) this.#options.dueTimes.setEarlier("tokens", at);
  }
}
