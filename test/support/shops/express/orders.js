// The shop's own part in Express: takes the request's word for everything. Keeps nothing but what was settled.
export const settled = [];

export const place = async (req) => JSON.parse(req.get("x-input"));
export const pay = place;
export const publish = place;

export async function userOf(req) {
  const { sub } = await place(req);
  return sub === undefined ? null : { id: sub };
}

export async function settle(id, event) {
  settled.push([id, event.type]);
}
