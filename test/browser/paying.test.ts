// Orders paid by `npm run callback` while their checkout pages are open: at each step the page and the backend's view are compared.
import { describe, expect, inject, it } from "vitest";
import { openPage, waitForStatus, useBrowser } from "../support/browser.ts";
import { callbackCommand } from "../support/callback-command.ts";
import { backend, newBiz } from "../support/client.ts";

useBrowser();

interface Expected {
  /** What the page says. */
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
      // Nothing announces that a page stays as it is: opened anew, it shows what is stored.
      await page.reload();
      await page.locator("#connection[data-state=open]").waitFor();
    }
    await waitForStatus(page, expected.page);
    before = expected.page;
  };
}

// PayPal's stand-in has one port on a machine, which another test file takes: so not PayPal.
describe.each(["stripe", "adyen", "square"])("%s", (provider) => {
  it("an order that is paid in two parts is paid by the second", async () => {
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

  it("an order that is paid too much stays paid while the excess is refunded", async () => {
    const pay = await open(provider);
    const second = `P${newBiz()}`; // one payment has one order
    await pay(["--amount", "25", "--registered", "19.99"], {
      page: "paid",
      view: { checked: true, overpaid: "5.01", excess_payments: [] },
    });
    // Of payments of one second, Stripe's unit, the first by its id counts.
    await pay(["--amount", "7", "--payment", second], {
      page: "paid",
      view: { overpaid: "5.01", excess_payments: [{ payment_id: second, amount: "7" }] },
    });
    // Without an amount or an id, a refund is about the last payment.
    await pay(["--outcome", "refunded"], {
      page: "paid",
      view: { refunded: "0", overpaid: "5.01", excess_payments: [] },
    });
    await pay(["--outcome", "partially_refunded", "--refunded", "5.01"], {
      page: "paid",
      view: { refunded: "0", overpaid: "0", checked: true, payments: [{ amount: "25" }] },
    });
  });

  it("a payment of another account changes nothing, and a dispute leaves the order paid", async () => {
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
