import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen, waitFor } from "@testing-library/react";
import { delay, http, HttpResponse } from "msw";
import { expect, it } from "vitest";
import type { Schedule, SchedulePreview, SchedulePreviewRequest } from "@/api/generated";
import { server } from "@/mocks/setup";
import { preview } from "@/mocks/time";
import { Preview } from "./Preview";
import { usePreview } from "./usePreview";

function Asked({ schedule }: { schedule: Schedule }) {
  return <Preview preview={usePreview(schedule, "nightly")} schedule={schedule} />;
}

const cron = (expression: string): Schedule => ({ kind: "cron", expression });

function show() {
  const queries = new QueryClient();
  const page = (schedule: Schedule) => (
    <QueryClientProvider client={queries}>
      <Asked schedule={schedule} />
    </QueryClientProvider>
  );
  const { rerender } = render(page(cron("0 2 * * *")));
  return (schedule: Schedule) => rerender(page(schedule));
}

it("what belongs to the schedule before the change is marked until the server has answered", async () => {
  server.use(
    http.post("*/api/v1/schedules/preview", async ({ request }) => {
      const body = (await request.json()) as SchedulePreviewRequest;
      const expression = body.schedule.kind === "cron" ? body.schedule.expression : "";
      if (expression.startsWith("5")) await delay(200);
      return HttpResponse.json<SchedulePreview>({ ...preview(body), words: `words of ${expression}` });
    }),
  );
  const change = show();
  const words = await screen.findByText("words of 0 2 * * *");
  expect(words.closest("[aria-busy]")).toBeNull();
  change(cron("5 2 * * *"));
  await screen.findByText(/the state before the change/);
  expect(screen.getByText("words of 0 2 * * *").closest("[aria-busy]")).not.toBeNull();
  await screen.findByText("words of 5 2 * * *");
  await waitFor(() => expect(screen.queryByText(/the state before the change/)).toBeNull());
});

it("a schedule that waits for the start of the server has no strip, however it was written", async () => {
  server.use(http.post("*/api/v1/schedules/preview", async ({ request }) => HttpResponse.json<SchedulePreview>({ ...preview((await request.json()) as SchedulePreviewRequest), slots: [], never: false })));
  show()(cron("@reboot"));
  await screen.findByText(/with the next start/);
  expect(screen.queryByRole("img")).toBeNull();
  expect(screen.queryByText(/0 slots/)).toBeNull();
});
