// Measures the verification of a delivery in Node, one after the other. workerd runs the same engine.
import { ConfiguredProviders } from "../../../src/callbacks/configured.ts";
import { allProviders } from "../../../src/callbacks/providers.ts";
import { verificationErrorText } from "../../../src/core/callback.ts";
import { callbackSetting, DEVELOPMENT_FILE, settingIn } from "../../../scripts/development.ts";
import { providerNames, signed } from "../../../scripts/sign.ts";
import { median } from "../pairs.ts";
import type { Measure } from "../measure.ts";

const RUNS = 300;

export const verification: Measure = {
  name: "verification",
  async run() {
    const rows = [];
    for (const name of providerNames) {
      const setting = settingIn(DEVELOPMENT_FILE, `CALLBACK_${name.toUpperCase()}`);
      const provider = await new ConfiguredProviders(allProviders).get(
        { [`CALLBACK_${name.toUpperCase()}`]: setting },
        name,
      );
      if (!provider.ok) throw new Error(`${name} cannot be opened`);
      const now = Date.now();
      const currency = name === "alipay" || name === "wechatpay" ? "CNY" : "USD";
      const options = {
        orderId: "0123456789abcdefghijklmnopqrstuv",
        outcome: "paid",
        amount: "19.99",
        currency,
        now,
      } as const;
      const { headers, body } = signed(name, { ...options, setting: callbackSetting(name) });
      const webhook = { headers: new Map(Object.entries(headers)), body };
      const took: number[] = [];
      for (let run = 0; run < RUNS; run++) {
        const began = performance.now();
        const proved = await provider.value.verify(webhook, now);
        took.push((performance.now() - began) * 1000);
        if (!proved.ok) throw new Error(`${name}: ${verificationErrorText(proved.reason)}`);
      }
      rows.push({ what: `verification, ${name}, ${body.length} bytes`, unit: "µs", belfry: median(took) });
    }
    return rows;
  },
};
