// The page's words in English and Chinese, and the few ways a text gets onto it. Decides nothing, writes no markup.

const chinese = navigator.language.startsWith("zh");
const say = (/** @type {string} */ english, /** @type {string} */ zhongwen) => (chinese ? zhongwen : english);

/** Each # is a number, filled in by `withNumber`. */
export const words = {
  connecting: say("Connecting", "连接中"),
  open: say("Connected", "已连接"),
  waiting: say("Reconnecting in # s", "# 秒后重新连接"),
  ended: say("Ended by the server", "已被服务器断开"),
  copy: say("Copy", "复制"),
  copied: say("Copied", "已复制"),
  joinFirst: say("Join", "加入"),
  joinMore: say("Join once more", "再加入一个"),
  leave: say("Leave", "离开"),
  leaving: say("Leave: member #", "离开：成员 #"),
  members: say("Members here: #", "本页成员：#"),
  period: say("every # s", "每 # 秒"),
  within: say("within # ms", "相差 # 毫秒"),
  next: say("Next push in # s", "# 秒后推送"),
  due: say("The push is due", "即将推送"),
  nobody: say("Stopped: nobody is here", "已停止：没有人在"),
  waitsForTick: say("Waits for the next tick", "等待下一次推送"),
};

/** What each status is called and what it means. @type {Record<string, [name: string, meaning: string]>} */
export const outcomes = {
  pending: [
    say("Waiting for the callback", "等待支付回调"),
    say("Its outcome shows here at once.", "结果会立即显示在这里。"),
  ],
  paid: [say("Paid", "已支付"), say("A reload shows the same.", "刷新页面，结果不变。")],
  failed: [
    say("Failed", "支付失败"),
    say("Another attempt may follow: still waiting.", "可能还会重试，页面继续等待。"),
  ],
  closed: [say("Closed", "已关闭"), say("Nothing was paid.", "没有付款。")],
  partially_refunded: [say("Partly refunded", "部分退款"), say("A part of it went back.", "已付金额的一部分已退回。")],
  refunded: [say("Refunded", "已退款"), say("All of it went back.", "已付金额已退回。")],
};

/** Puts the page into the reader's language: index.html is in English and holds the Chinese of a text in data-zh. */
export function speak() {
  document.documentElement.lang = say("en", "zh-CN");
  for (const element of document.querySelectorAll("[data-zh]")) {
    if (chinese) element.textContent = element.getAttribute("data-zh");
  }
}

/** The element of index.html with this id. @param {string} id */
export function part(id) {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`index.html has no #${id}`);
  return element;
}

/** Writes a text where it is not there yet: a text written over again would lose its reader's selection. @param {Element | undefined} element @param {string} text */
export function write(element, text) {
  if (element && element.textContent !== text) element.textContent = text;
}

/** A new element. @param {string} tag @param {(string | Node)[]} children */
export function made(tag, ...children) {
  const element = document.createElement(tag);
  element.append(...children);
  return element;
}

export const withNumber = (/** @type {string} */ word, /** @type {number} */ n) => word.replace("#", String(n));
export const timeOf = (/** @type {number} */ ms) => new Date(ms).toLocaleTimeString("en-GB");
export const secondsUntil = (/** @type {number} */ ms) => Math.max(0, Math.ceil((ms - Date.now()) / 1000));
