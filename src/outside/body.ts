// The body of an answer, read no further than it may be long. Believes nothing of what it says of its own length.

/** The text of a body in UTF-8; null where it has more than `bytes` bytes or is not UTF-8. Throws where the connection is lost. */
export async function boundedText(response: Response, bytes: number): Promise<string | null> {
  if (response.body === null) return "";
  const body = new Uint8Array(bytes);
  let length = 0;
  const reader: ReadableStreamDefaultReader<Uint8Array> = response.body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    if (length + value.length > bytes) {
      await reader.cancel();
      return null;
    }
    body.set(value, length);
    length += value.length;
  }
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(body.subarray(0, length));
  } catch {
    return null; // TypeError: not UTF-8
  }
}
