import { useInfiniteQuery, useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { History, Pencil, Plus, Send, Trash2 } from "lucide-react";
import { useState } from "react";
import { type Channel, channelDelete, channelTest, channelUpdate } from "@/api/generated";
import { channelListInfiniteOptions } from "@/api/generated/@tanstack/react-query.gen";
import { PAGED } from "@/api/pages";
import { paths } from "@/paths";
import { useDenied } from "@/shared/access/session";
import { Pages } from "@/shared/core/Pages";
import { useAskAgain } from "@/shared/core/useAskAgain";
import { CHANNEL_KINDS, HEALTH_WORDS } from "@/shared/notify/channels";
import { Button, buttonClass, IconButton } from "@/ui/Button";
import { Switch } from "@/ui/fields/Switch";
import { Confirm, Dialog } from "@/ui/layers/Dialog";
import { say } from "@/ui/layers/toasts";
import { Card } from "@/ui/layout/Card";
import { Empty } from "@/ui/layout/Empty";
import { Page } from "@/ui/layout/Page";
import { Badge } from "@/ui/text/Badge";
import { DateTime } from "@/ui/text/Time";
import { ChannelForm } from "./ChannelForm";
import { Conversation } from "./Conversation";

/** Channels: ways by which notifications leave Orc, and whether each is known to work. */
export default function ChannelsPage() {
  const channels = useInfiniteQuery({ ...channelListInfiniteOptions(), ...PAGED, staleTime: 0 });
  const denied = useDenied("define");
  const [adding, setAdding] = useState(false);
  const add = (
    <Button look="primary" icon={<Plus size={15} aria-hidden />} disabledReason={denied} onClick={() => setAdding(true)}>
      New channel
    </Button>
  );
  return (
    <Page
      title="Channels"
      hint="Mail, chat and pagers by which Orc can reach you. Test each one: only a channel that has delivered is proven."
      actions={
        <>
          <Link {...paths.deliveries()} className={buttonClass()}>
            <History size={15} aria-hidden />
            Deliveries
          </Link>
          {add}
        </>
      }
    >
      <Card title="Channels" flush>
        <Pages list={channels} rows={3}>
          {(items) =>
            items.length === 0 ? (
              <Empty title="No channels yet" cli="orc channel create -f channel.yaml" action={add}>
                A channel leads to a mail server, a chat, a pager or a program of your own.
              </Empty>
            ) : (
              <ul className="divide-y divide-line border-t border-line text-sm">
                {items.map((channel) => (
                  <Row key={channel.id} channel={channel} />
                ))}
              </ul>
            )
          }
        </Pages>
      </Card>
      {adding && <ChannelForm channel={null} onClose={() => setAdding(false)} />}
    </Page>
  );
}

function Row({ channel }: { channel: Channel }) {
  const changed = useAskAgain("channelList", "credentialUsage");
  const denied = useDenied("define");
  const [asking, setAsking] = useState<"edit" | "delete" | "test" | null>(null);
  const test = useMutation({
    mutationFn: async () => (await channelTest({ path: { channel: channel.id }, throwOnError: true })).data,
    onSettled: async () => await changed(),
  });
  const toggle = useMutation({
    mutationFn: async (enabled: boolean) => {
      const { name, description, target } = channel;
      await channelUpdate({ path: { channel: channel.id }, headers: { "If-Match": `"${channel.version}"` }, body: { name, description, enabled, target }, throwOnError: true });
    },
    onSettled: async () => await changed(),
  });
  const remove = useMutation({
    mutationFn: async () => {
      await channelDelete({ path: { channel: channel.id }, headers: { "If-Match": `"${channel.version}"` }, throwOnError: true });
    },
    onSuccess: async () => {
      say(`The channel ${channel.name} is deleted.`);
      await changed();
    },
  });
  const { word, tone } = HEALTH_WORDS[channel.health];
  const close = () => setAsking(null);
  return (
    <li className="flex flex-wrap items-start gap-x-4 gap-y-1 px-4 py-2">
      <div className="min-w-0 flex-1 basis-56">
        <p className="flex flex-wrap items-center gap-2">
          <span className="font-medium break-all">{channel.name}</span>
          <Badge>{CHANNEL_KINDS[channel.kind].word}</Badge>
          <Badge tone={tone}>{word}</Badge>
          {!channel.enabled && <Badge>disabled</Badge>}
        </p>
        {channel.description && <p className="text-xs text-muted">{channel.description}</p>}
      </div>
      <div className="min-w-0 flex-1 basis-64 text-xs text-muted">
        <p>{channel.accepted_at ? <>last accepted <DateTime at={channel.accepted_at} plain /></> : "nothing accepted yet"}</p>
        {channel.problem && (
          <p className="break-words text-fail">
            {channel.refused_count > 1 && `${channel.refused_count} in a row not accepted: `}
            {channel.problem.text}
          </p>
        )}
      </div>
      <div className="flex items-center">
        <Switch label={`${channel.name} enabled`} checked={channel.enabled} disabled={denied !== undefined || toggle.isPending} onChecked={(on) => toggle.mutate(on)} />
        <IconButton
          label={`Test ${channel.name}`}
          icon={<Send size={15} aria-hidden />}
          disabledReason={denied}
          onClick={() => {
            setAsking("test");
            test.mutate();
          }}
        />
        <IconButton label={`Edit ${channel.name}`} icon={<Pencil size={15} aria-hidden />} disabledReason={denied} onClick={() => setAsking("edit")} />
        <IconButton label={`Delete ${channel.name}`} icon={<Trash2 size={15} aria-hidden />} disabledReason={denied} onClick={() => setAsking("delete")} />
      </div>
      {asking === "edit" && <ChannelForm channel={channel} onClose={close} />}
      <Dialog open={asking === "test"} onClose={close} title={`Test of ${channel.name}`} wide footer={<Button onClick={close}>Close</Button>}>
        {test.isPending && <p role="status" className="text-sm text-muted">Orc is sending. This takes at most a minute.</p>}
        {test.data && <Conversation test={test.data} />}
        {test.isError && <p role="alert" className="text-sm text-fail">The test could not be sent.</p>}
      </Dialog>
      <Confirm
        question={asking === "delete" ? { title: `Delete the channel ${channel.name}?`, text: "Nothing is sent through it any more. This cannot be undone.", verb: "Delete the channel", keep: "Keep the channel", onYes: () => remove.mutateAsync() } : null}
        onClose={close}
      />
    </li>
  );
}
