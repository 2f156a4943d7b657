// Disputes: each by its own id, where it stands, and the worst of them for the order. They move no money.
import { describe, expect, it } from "vitest";
import type { DisputeStatus } from "../../src/core/fact.ts";
import { dispute, order, paid, usd } from "../support/facts.ts";

describe("a dispute", () => {
  it("is shown with its amount and changes neither the status nor what was refunded", () => {
    expect(order(paid(), dispute("open", { money: usd("7") }))).toMatchObject({
      status: "paid",
      refunded: "0",
      disputed: "open",
      disputes: [{ instance: "stripe", disputeId: "d-1", paymentId: "p-1", status: "open", money: usd("7") }],
    });
  });

  it("stands where its latest report says, where all state their times", () => {
    const lost = dispute("lost", { at: 2000 });
    const won = dispute("won", { at: 3000 });
    expect(order(dispute("open", { at: 1000 }), lost, won)).toMatchObject({ disputed: "won", disputes: [{}] });
    expect(order(dispute("open", { at: 4000 }), lost, won).disputed).toBe("open");
  });

  it("stands where it has come furthest, where a report states no time", () => {
    const facts = [dispute("open", { at: 4000 }), dispute("won"), dispute("lost", { at: 1000 })];
    expect(order(...facts.slice(0, 2)).disputed).toBe("won");
    expect(order(...facts).disputed).toBe("lost");
  });

  it("keeps the amount that one of its reports states", () => {
    const facts = [dispute("open", { money: usd("7"), at: 1000 }), dispute("won", { at: 2000 })];
    expect(order(...facts).disputes).toMatchObject([{ status: "won", money: usd("7") }]);
  });

  it("without a payment, or of one that nothing else is known of, is shown", () => {
    expect(order(dispute("open", { paymentId: null }))).toMatchObject({
      status: "pending",
      disputed: "open",
      disputes: [{ disputeId: "d-1", paymentId: null }],
    });
    expect(order(paid(), dispute("open", { paymentId: "p-9" }))).toMatchObject({ status: "paid", disputed: "open" });
  });

  it("of one time stands where it has come furthest, and is listed with the amount of that report", () => {
    const facts = [
      dispute("won", { at: 1000, money: usd("7") }),
      dispute("open", { at: 1000, money: usd("9") }),
      dispute("lost", { at: 1000, money: usd("8") }),
    ];
    expect(order(...facts).disputes).toMatchObject([{ status: "lost", money: usd("8") }]);
  });

  it("of one time and status is listed with the amount of its last event by id", () => {
    const reports = [
      dispute("open", { eventId: "b", money: usd("9") }),
      dispute("open", { eventId: "a", money: usd("7") }),
    ];
    expect(order(...reports).disputes).toMatchObject([{ money: usd("9") }]);
  });

  it("is listed with the latest amount and payment that its reports state", () => {
    const facts = [
      dispute("open", { at: 1000, money: usd("9"), paymentId: "p-1" }),
      dispute("won", { at: 2000, money: usd("7"), paymentId: "p-2" }),
      dispute("lost", { at: 3000, paymentId: null }),
    ];
    expect(order(...facts).disputes).toMatchObject([{ status: "lost", money: usd("7"), paymentId: "p-2" }]);
  });

  it("gets its payment from any of its reports", () => {
    const facts = [dispute("open", { at: 1000 }), dispute("won", { paymentId: null, at: 2000 })];
    expect(order(...facts).disputes).toMatchObject([{ paymentId: "p-1", status: "won" }]);
  });
});

describe("disputes", () => {
  it("of one payment with ids of their own are several", () => {
    const facts = [dispute("won"), dispute("open", { disputeId: "d-2" })];
    expect(order(...facts)).toMatchObject({ disputed: "open", disputes: [{ status: "won" }, { status: "open" }] });
  });

  it("are listed by instance and id, whichever came first", () => {
    const ids = [{ disputeId: "d-2" }, { disputeId: "d-1" }, { disputeId: "d-1", instance: "adyen" }];
    expect(order(...ids.map((id) => dispute("open", id))).disputes).toMatchObject([
      { instance: "adyen", disputeId: "d-1" },
      { instance: "stripe", disputeId: "d-1" },
      { instance: "stripe", disputeId: "d-2" },
    ]);
  });

  it("without an id are one for each payment and instance", () => {
    const unnamed = { disputeId: null };
    expect(order(dispute("open", unnamed), dispute("lost", unnamed)).disputes).toHaveLength(1);
    expect(order(dispute("open", unnamed), dispute("open", { ...unnamed, paymentId: "p-2" })).disputes).toHaveLength(2);
    expect(order(dispute("open"), dispute("open", { instance: "stripe_eu" })).disputes).toHaveLength(2);
  });

  it("are never taken for one because an id of one is the payment of another", () => {
    expect(order(dispute("open", { disputeId: null }), dispute("won", { disputeId: "p-1" })).disputes).toHaveLength(2);
  });

  it.each<[DisputeStatus[], string]>([
    [[], "none"],
    [["won", "won"], "won"],
    [["won", "open"], "open"],
    [["open", "lost", "won"], "lost"],
  ])("%j make the order's `disputed` %s", (statuses, disputed) => {
    const facts = statuses.map((status, i) => dispute(status, { disputeId: `d-${i}` }));
    expect(order(...facts).disputed).toBe(disputed);
  });
});
