// Pays orders by `npm run callback` while their checkout pages are open. Compares page and backend's view.
import { describe, expect, inject, it } from "vitest";
import { openPage, waitForStatus, useBrowser } from "../support/browser.ts";
import { callbackCommand } from "../support/callback-command.ts";
import { backend, newBiz } from "../support/client.ts";

useBrowser();

interface Expected {
  /** The status on the page. */
  readonly page: "pending" | "paid";
  /** Fields of `GET /orders/:biz`, by API key. */
  readonly view: Readonly<Record<string, unknown>>;
}

/** The options of a command, and what is expected afterwards. */
type Step = (options: readonly string[], expected: Expected) => Promise<void>;

/** The checkout page of a new order, which `provider` delivers to. */
async function open(provider: string): Promise<Step> {
  const biz = newBiz();
  const page = await openPage(`/checkout/#${biz}`);
  await page.locator("#connection[data-state=open]").waitFor();
  await waitForStatus(page, "pending");
  let before = "pending";
  return async (options, expected) => {
    const ran = await callbackCommand(inject("url"), provider, biz, ...options);
    expect(ran).toMatchObject({ code: 0, stderr: "", stdout: expect.stringMatching(/\n200 /) });
    const order = await backend(inject("url"), "GET", `/orders/${biz}`);
    expect(await order.json()).toMatchObject({ status: expected.page, ...expected.view });
    if (expected.page === before) {
      // An unchanged page raises no event: after a reload it shows the stored status.
      await page.reload();
      await page.locator("#connection[data-state=open]").waitFor();
    }
    await waitForStatus(page, expected.page);
    before = expected.page;
  };
}

// Without PayPal: its stand-in has a fixed port, which another test file uses.
// The limit is for up to four runs of npm per test.
describe.each(["stripe", "adyen", "square"])("%s", { timeout: 120_000 }, (provider) => {
  it("an order paid in two parts is paid by the second", async () => {
    const pay = await open(provider);
    await pay(["--amount", "10", "--registered", "19.99"], {
      page: "pending",
      view: { paid: false, underpaid: { paid: "10", missing: "9.99" }, checked: false },
    });
    await pay(["--amount", "9.99", "--registered", "19.99"], {
      page: "paid",
      view: {
        paid: true,
        checked: true,
        amount: "19.99",
        underpaid: null,
        overpaid: "0",
        payments: [{ amount: "10" }, { amount: "9.99" }],
      },
    });
  });

  it("an overpaid order stays paid while the excess is refunded", async () => {
    const pay = await open(provider);
    const second = `P${newBiz()}`; // a payment belongs to one order
    await pay(["--amount", "25", "--registered", "19.99"], {
      page: "paid",
      view: { checked: true, overpaid: "5.01", excess_payments: [] },
    });
    // Stripe's times are seconds. Of payments with the same time, the first by id counts.
    await pay(["--amount", "7", "--payment", second], {
      page: "paid",
      view: { overpaid: "5.01", excess_payments: [{ payment_id: second, amount: "7" }] },
    });
    // Without an amount or an id, a refund applies to the last payment.
    await pay(["--outcome", "refunded"], {
      page: "paid",
      view: { refunded: "0", overpaid: "5.01", excess_payments: [] },
    });
    await pay(["--outcome", "partially_refunded", "--refunded", "5.01"], {
      page: "paid",
      view: { refunded: "0", overpaid: "0", checked: true, payments: [{ amount: "25" }] },
    });
  });

  it("a payment of another account does not change the order, and a dispute leaves it paid", async () => {
    const pay = await open(provider);
    await pay(["--account", "other"], {
      page: "pending",
      view: { version: 0, held: null, underpaid: null, payments: [], excess_payments: [], mismatches: [] },
    });
    await pay([], { page: "paid", view: { checked: true, version: 1, disputed: "none", disputes: [] } });
    await pay(["--account", "other", "--payment", "another"], {
      page: "paid",
      view: { version: 1, overpaid: "0", excess_payments: [], mismatches: [] },
    });
    await pay(["--outcome", "disputed"], {
      page: "paid",
      view: { version: 1, disputed: "open", disputes: [{ provider, status: "open", amount: "19.99" }] },
    });
  });
});
