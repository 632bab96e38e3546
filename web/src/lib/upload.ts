/** A file for the server: text where it surely is text, else its bytes, because only the server knows encodings. */
export type Upload = { text: string; base64: null } | { text: ""; base64: string };

/** Reads a chosen file. Nothing is decoded on a guess: a letter that is lost here could not be found again. */
export async function readUpload(file: Blob): Promise<Upload> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    if (!text.includes("\0")) return { text, base64: null };
  } catch {
    // Not UTF-8: the server reads the bytes.
  }
  return { text: "", base64: base64(bytes) };
}

function base64(bytes: Uint8Array): string {
  let letters = "";
  for (const byte of bytes) letters += String.fromCharCode(byte);
  return btoa(letters);
}
