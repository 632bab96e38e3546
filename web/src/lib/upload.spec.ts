import { describe, expect, it } from "vitest";
import { readUpload } from "./upload";

describe("a chosen file", () => {
  it("is text if it is UTF-8, with or without a mark", async () => {
    expect(await readUpload(new Blob(["Büro"]))).toEqual({ text: "Büro", base64: null });
    expect(await readUpload(new Blob(["\ufeffBüro"]))).toEqual({ text: "Büro", base64: null });
  });

  it("stays bytes in every other encoding", async () => {
    expect(await readUpload(new Blob([new Uint8Array([0x42, 0xfc, 0x72, 0x6f])]))).toEqual({ text: "", base64: "Qvxybw==" });
    expect(await readUpload(new Blob([new Uint8Array([0x42, 0, 0x45, 0])]))).toEqual({ text: "", base64: "QgBFAA==" });
  });
});
