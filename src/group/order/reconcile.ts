// Queries the status of an order on schedule, and closes it when its registration expires.
import type { ConfiguredProviders } from "../../callbacks/configured.ts";
import type { Fact } from "../../core/fact.ts";
import type { LogLine } from "../../core/log.ts";
import { isSettled } from "../../core/order.ts";
import { waitBefore } from "../../core/reconcile.ts";
import type { OrderSettings } from "../../core/settings.ts";
import type { BelfryEnv } from "../../env.ts";
import type { DueTimes } from "../schedule/due-times.ts";
import type { Intake } from "./intake.ts";
import { canQuery, queryableProviders, queryBackend, queryProviders } from "./query.ts";
import type { OrderStore } from "./store.ts";

interface ReconcilerOptions {
  readonly group: string;
  readonly biz: string;
  readonly store: OrderStore;
  readonly dueTimes: DueTimes;
  readonly intake: Intake;
  readonly providers: ConfiguredProviders;
  readonly env: BelfryEnv;
  readonly settings: OrderSettings;
  readonly log: (line: LogLine) => void;
}

/** Upper bound of a backend's Retry-After, in ms: a longer one would leave waiting pages without a result. */
const RETRY_AFTER_MAX_MS = 3_600_000;

export class Reconciler {
  readonly #options: ReconcilerOptions;

  constructor(options: ReconcilerOptions) {
    this.#options = options;
  }

  /** Queries the status and schedules the next query. */
  async reconcile(): Promise<void> {
    const { dueTimes, store, intake } = this.#options;
    const attempt = (dueTimes.current.reconcile?.attempt ?? 0) + 1;
    const schedule = (waitMs: number) => {
      const at = Date.now() + Math.max(waitBefore(attempt, Math.random()), waitMs);
      dueTimes.set("reconcile", { at, attempt });
    };
    schedule(0); // before the query: the next one runs whatever becomes of this one
    const { facts, waitMs } = await this.#query();
    if (store.erasedAt() !== null) return;
    if (waitMs > 0) schedule(waitMs);
    await intake.recordOwn(facts);
  }

  /** Closes an expired order after a last query. A later payment still counts, marked `late`. */
  async expire(): Promise<void> {
    const { store, intake, providers, env, settings } = this.#options;
    const expiresAt = this.#expiredAt(Date.now());
    if (expiresAt === null) return;
    if (await canQuery(providers, env, settings)) await intake.recordOwn((await this.#query()).facts);
    // The query may have settled the order, and a backend may have extended its registration.
    const row = store.row();
    if (row === null || isSettled(row.published.status) || row.registration?.expiresAt !== expiresAt) return;
    await intake.recordOwn([{ kind: "expired", instance: "belfry", eventId: `expired ${expiresAt}`, at: Date.now() }]);
  }

  /** The registration's expiry, if it has passed and the order is unsettled. Read now: another job may have changed the row. */
  #expiredAt(now: number): number | null {
    const row = this.#options.store.row();
    const expiresAt = row?.registration?.expiresAt ?? null;
    return row === null || expiresAt === null || expiresAt > now || isSettled(row.published.status) ? null : expiresAt;
  }

  /** Returns new facts, and how long the queried backend wants to be left alone, in ms. */
  async #query(): Promise<{ facts: readonly Fact[]; waitMs: number }> {
    const { group, biz, env, providers, settings, store, log } = this.#options;
    const now = Date.now();
    const result =
      settings.statusUrl === null
        ? await queryProviders(await queryableProviders(providers, env), store.row()?.orderId ?? biz, now)
        : await queryBackend(settings, biz, now);
    if (result.ok) return { facts: result.value.filter(isReportable), waitMs: 0 };
    const { reason, detail, retryAfterMs } = result.reason;
    log({ event: "reconcile", group, reason, detail, ms: Date.now() - now });
    return { facts: [], waitMs: Math.min(retryAfterMs ?? 0, RETRY_AFTER_MAX_MS) };
  }
}

/** A pending payment is neither stored nor forwarded. */
const isReportable = (fact: Fact): boolean => fact.kind !== "payment" || fact.status !== "pending";
