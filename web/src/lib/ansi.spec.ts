import { describe, expect, it } from "vitest";
import { ansiLine, ansiText, PLAIN } from "./ansi";

const ESC = "\u001b";

describe("ansiLine", () => {
  it("leaves plain text alone", () => {
    expect(ansiLine("hello", PLAIN).pieces).toEqual([{ text: "hello", style: PLAIN }]);
  });

  it("colours a stretch and goes back", () => {
    const { pieces, after } = ansiLine(`a ${ESC}[1;31mred${ESC}[0m b`, PLAIN);
    expect(pieces.map(({ text, style }) => [text, style.bold, style.fg])).toEqual([
      ["a ", false, null],
      ["red", true, "#ff7b72"],
      [" b", false, null],
    ]);
    expect(after).toEqual(PLAIN);
  });

  it("carries a style over the end of the line", () => {
    const { after } = ansiLine(`${ESC}[33mwarn`, PLAIN);
    expect(ansiLine("still", after).pieces[0]?.style.fg).toBe("#e3b341");
  });

  it("knows 256 colours and true colour, with both separators", () => {
    expect(ansiLine(`${ESC}[38;5;196mx`, PLAIN).pieces[0]?.style.fg).toBe("rgb(255 0 0)");
    expect(ansiLine(`${ESC}[48;2;1;2;300mx`, PLAIN).pieces[0]?.style.bg).toBe("rgb(1 2 255)");
    expect(ansiLine(`${ESC}[38:5:244mx`, PLAIN).pieces[0]?.style.fg).toBe("rgb(128 128 128)");
  });

  it("switches single traits off", () => {
    const { after } = ansiLine(`${ESC}[1;4;7m${ESC}[22;24;27;39m`, PLAIN);
    expect(after).toEqual(PLAIN);
  });
});

describe("a line that is drawn again", () => {
  it("keeps the colour of what is still seen", () => {
    const { pieces, after } = ansiLine(`${ESC}[31mred text\r${ESC}[32mgreen`, PLAIN);
    expect(pieces.map(({ text, style }) => [text, style.fg])).toEqual([
      ["green", "#56d38f"],
      ["ext", "#ff7b72"],
    ]);
    expect(after.fg).toBe("#56d38f");
  });

  it("does not move without bounds", () => {
    expect(ansiText(`x${ESC}[999999999Cy`).length).toBeLessThan(2000);
    expect(ansiText(`x${ESC}[999999999@y`).length).toBeLessThan(2000);
  });
});

describe("ansiText", () => {
  it.each([
    [`${ESC}[2K${ESC}[1Gready`, "ready"],
    [`10%\r20%\r30%`, "30%"],
    ["windows line\r", "windows line"],
    [`${ESC}]8;;https://x${ESC}\\link${ESC}]8;;${ESC}\\`, "link"],
    [`bell\u0007 and nul\u0000`, "bell and nul"],
    [`cut ${ESC}[3`, "cut "],
    ["dos line\r\r", "dos line"],
    ["100 of 100\r42", "420 of 100"],
    [`100 of 100\r${ESC}[K42`, "42"],
    [`\r 99%\r${ESC}[2Kfatal: gone`, "fatal: gone"],
    ["working |\b/\b-\b\\", "working \\"],
    ["12%\b\b\b\b\b100%", "100%"],
    [`${ESC}[?25l${ESC}[1G50%${ESC}[0K${ESC}[1G75%${ESC}[0K${ESC}[?25h`, "75%"],
    [`[    ]${ESC}[5D==`, "[==  ]"],
    ["a\tb\rx", "x       b"],
    [`${ESC}7one${ESC}8two`, "two"],
    ["ab\r\u6f22", "\u6f22"],
    ["\u6f22\ry", "y "],
  ])("%j is shown as %j", (line, text) => expect(ansiText(line)).toBe(text));
});
