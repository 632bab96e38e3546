import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { ArrowLeft } from "lucide-react";
import { useState } from "react";
import { type DeliveryState, type DeliverySummary } from "@/api/generated";
import { channelListOptions, deliveryListInfiniteOptions } from "@/api/generated/@tanstack/react-query.gen";
import { PAGED } from "@/api/pages";
import { useRested } from "@/lib/useRested";
import { type DeliveriesSearch, paths } from "@/paths";
import { NameSearch, searching } from "@/shared/core/NameSearch";
import { Pages } from "@/shared/core/Pages";
import { DELIVERY_STATES } from "@/shared/notify/deliveries";
import { Button, buttonClass } from "@/ui/Button";
import { SelectField } from "@/ui/fields/Field";
import { Card } from "@/ui/layout/Card";
import { Empty } from "@/ui/layout/Empty";
import { Page } from "@/ui/layout/Page";
import { Badge } from "@/ui/text/Badge";
import { DateTime } from "@/ui/text/Time";
import { DeliveryDialog } from "./DeliveryDialog";

const route = getRouteApi("/app/channels/deliveries");
const NOT_DELIVERED = "failed,dead,suppressed";
const STATES: [string, string][] = [["", "Any state"], [NOT_DELIVERED, "Not delivered"], ...(Object.keys(DELIVERY_STATES) as DeliveryState[]).map((state): [string, string] => [state, DELIVERY_STATES[state].word])];

/** Deliveries: who was told what, when and by which channel, and what became of it. */
export default function DeliveriesPage() {
  const search = route.useSearch();
  const navigate = useNavigate();
  const setSearch = (next: DeliveriesSearch) => void navigate({ to: "/channels/deliveries", search: next, replace: true });
  const asked = { ...(search.channel && { channel: search.channel }), ...(search.state && { state: search.state }) };
  const list = useInfiniteQuery({ ...deliveryListInfiniteOptions({ query: asked }), ...PAGED, placeholderData: keepPreviousData });
  const [shown, setShown] = useState<string | null>(null);
  const filtered = Object.keys(asked).length > 0;
  return (
    <Page
      title="Deliveries"
      hint="What Orc sent by which channel, and what became of it, newest first."
      actions={
        <Link {...paths.channels()} className={buttonClass()}>
          <ArrowLeft size={15} aria-hidden />
          Channels
        </Link>
      }
    >
      <search className="mb-3 flex flex-wrap items-center gap-2 max-sm:grid max-sm:grid-cols-2">
        <ChannelFilter key={search.channel ?? ""} channel={search.channel} onChannel={(channel) => setSearch({ ...search, channel })} />
        <SelectField hideLabel label="State" value={search.state ?? ""} options={STATES} onValue={(state) => setSearch({ ...search, state: state || undefined })} />
      </search>
      <Card title="Deliveries" flush>
        <Pages list={list} rows={5}>
          {(items) =>
            items.length === 0 ? (
              <Empty title={filtered ? "No delivery matches these filters." : "No deliveries yet"} cli={filtered ? undefined : "orc delivery list"} action={filtered && <Button onClick={() => setSearch({})}>Clear the filters</Button>}>
                {!filtered && "A delivery appears here as soon as something is sent by a channel, also a test."}
              </Empty>
            ) : (
              <ul className="divide-y divide-line border-t border-line text-sm">
                {items.map((delivery) => (
                  <Row key={delivery.id} delivery={delivery} onOpen={() => setShown(delivery.id)} />
                ))}
              </ul>
            )
          }
        </Pages>
      </Card>
      {shown !== null && <DeliveryDialog id={shown} onClose={() => setShown(null)} />}
    </Page>
  );
}

function ChannelFilter({ channel, onChannel }: { channel: string | undefined; onChannel: (channel: string | undefined) => void }) {
  const [text, setText] = useState(channel ?? "");
  const found = useQuery({ ...channelListOptions({ query: searching(useRested(text.trim(), 200)) }), placeholderData: keepPreviousData, refetchInterval: false }).data?.items ?? [];
  const names = found.map(({ name }) => name);
  const take = (next: string) => {
    setText(next);
    if (next === "" || names.includes(next)) onChannel(next === "" ? undefined : next);
  };
  return <NameSearch hideLabel label="Channel" placeholder="Any channel" names={names} value={text} onText={take} onKeyDown={(event) => event.key === "Enter" && onChannel(text.trim() || undefined)} />;
}

function Row({ delivery, onOpen }: { delivery: DeliverySummary; onOpen: () => void }) {
  const { word, tone } = DELIVERY_STATES[delivery.state];
  return (
    <li className="flex flex-wrap items-start gap-x-4 gap-y-1 px-4 py-2">
      <div className="min-w-0 flex-1 basis-64">
        <p className="flex flex-wrap items-center gap-2">
          <button type="button" className="min-w-0 text-left font-medium break-words hover:underline" onClick={onOpen}>
            {delivery.subject}
          </button>
          <Badge tone={tone}>{word}</Badge>
        </p>
        <p className="text-xs text-muted">
          by {delivery.channel}, <DateTime at={delivery.created_at} plain />
        </p>
      </div>
      <div className="min-w-0 flex-1 basis-64 text-xs break-words text-muted">
        {delivery.problem ? <p className={delivery.state === "suppressed" ? undefined : "text-fail"}>{delivery.problem.text}</p> : delivery.answer && <p>{delivery.answer}</p>}
        {delivery.due_at && delivery.attempt_count > 0 && (
          <p>
            next attempt <DateTime at={delivery.due_at} plain />
          </p>
        )}
      </div>
    </li>
  );
}
