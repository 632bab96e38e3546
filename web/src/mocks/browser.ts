/** The page without a server (`ORC_MOCK=1 npm run dev`): requests are answered by the handlers of the tests. */
import { getResponse } from "msw";
import { client } from "@/api/generated/client.gen";
import { handlers } from "./handlers";
import { FakeEventSource } from "./streams";

/** Answers all requests and streams in the page itself. */
export function startMock(): void {
  client.setConfig({
    fetch: async (input, init) => {
      const request = input instanceof Request ? input : new Request(input, init);
      return (await getResponse(handlers, request)) ?? new Response(null, { status: 404 });
    },
  });
  Object.assign(globalThis, { EventSource: FakeEventSource, SharedWorker: undefined });
}
