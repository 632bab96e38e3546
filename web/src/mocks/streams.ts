/** A stand-in for EventSource: an open event stream that says hello, and a log that grows. */

const LINES = [
  "\u001b[32mINFO\u001b[0m  \u001b[90m{t}\u001b[0m processed batch {n} rows={r} bytes={b}",
  "\u001b[32mINFO\u001b[0m  \u001b[90m{t}\u001b[0m processed batch {n} rows={r} bytes={b}",
  "\u001b[33mWARN\u001b[0m  \u001b[90m{t}\u001b[0m slow query \u001b[36m{r}ms\u001b[0m on orders_idx",
  "\u001b[32mINFO\u001b[0m  \u001b[90m{t}\u001b[0m uploaded part {n} \u001b[1;4mdone\u001b[0m",
  "\u001b[31mERROR\u001b[0m \u001b[90m{t}\u001b[0m connection refused by replica-2, next one",
];

/** Enough of EventSource for the page. */
export class FakeEventSource extends EventTarget {
  private timer: ReturnType<typeof setInterval> | undefined;

  constructor(url: string) {
    super();
    setTimeout(() => {
      this.dispatchEvent(new Event("open"));
      if (url.includes("/log/stream")) this.log();
      else this.send("hello", { kind: "hello", version: "0.1.0" }, "1");
    }, 50);
  }

  /** Ends it. */
  close(): void {
    clearInterval(this.timer);
  }

  private send(kind: string, data: unknown, id: string): void {
    this.dispatchEvent(new MessageEvent(kind, { data: JSON.stringify(data), lastEventId: id }));
  }

  private log(): void {
    let offset = 0;
    let number = 0;
    const chunk = (lines: number) => {
      let text = "";
      for (let line = 0; line < lines; line += 1) {
        number += 1;
        text += `${(LINES[(number * 7) % 13 === 0 ? 4 : number % 4] ?? "")
          .replace("{t}", new Date(1_795_000_000_000 + number * 1370).toISOString())
          .replace("{n}", String(number))
          .replace("{r}", String((number * 37) % 1900))
          .replace("{b}", String(number * 811))}\n`;
      }
      const from = offset;
      offset += text.length;
      const stream = number % 40 === 0 ? "stderr" : "stdout";
      this.send("log", { kind: "log", attempt: 1, offset: from, stream, at: new Date().toISOString(), text, dropped_bytes: 0, dropped_because: null, redraw_count: 0 }, `1:${offset}`);
    };
    chunk(600);
    this.timer = setInterval(() => chunk(3), 400);
  }
}
