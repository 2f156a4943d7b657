// The shop's own part in Express: takes all values from the request and records the settled orders.
export const settled = [];

const said = (req) => JSON.parse(req.get("x-input"));

export const place = async (req) => said(req);
export const pay = async (req) => said(req);
export const publish = async (req) => said(req);

export async function userOf(req) {
  const { sub } = said(req);
  return sub === undefined ? null : { id: sub };
}

export async function settle(id, event) {
  settled.push([id, event.type]);
}
