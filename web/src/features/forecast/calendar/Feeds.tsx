import { useInfiniteQuery, useMutation } from "@tanstack/react-query";
import { KeyRound, Trash2 } from "lucide-react";
import { useState } from "react";
import { apiError, messagesAt } from "@/api/errors";
import { feedCreate, feedDelete, feedRotate, type FeedSummary } from "@/api/generated";
import { feedDefinitionDefaults } from "@/api/generated/contract.gen";
import { feedListInfiniteOptions } from "@/api/generated/@tanstack/react-query.gen";
import { PAGED } from "@/api/pages";
import { Pages } from "@/shared/core/Pages";
import { useAskAgain } from "@/shared/core/useAskAgain";
import { Button } from "@/ui/Button";
import { Confirm, Dialog, type Question } from "@/ui/layers/Dialog";
import { CommandLine } from "@/ui/layout/Empty";
import { NumberField, TextField } from "@/ui/fields/Field";
import { DateTime } from "@/ui/text/Time";
import { say } from "@/ui/layers/toasts";

/** The plan in calendar programs: secret addresses to subscribe to, and a file to load once. */
export function FeedsDialog({ onClose }: { onClose: () => void }) {
  const [fresh, setFresh] = useState<string | null>(null);
  return (
    <Dialog
      open
      onClose={onClose}
      title="Planned runs in your calendar app"
      hint="Subscribe to an address. Whoever knows it sees the names and times of planned runs without logging in, and nothing else."
      footer={
        <a className="mr-auto self-center text-sm font-medium underline underline-offset-2" href="/api/v1/plan.ics" download="orc-plan.ics">
          Download the next 30 days as a file
        </a>
      }
    >
      <div className="flex flex-col gap-5">
        {fresh && (
          <section aria-label="The new address" className="flex flex-col gap-1 rounded-lg bg-warn-soft px-3 py-2 text-sm">
            <p className="font-medium">Copy it now. Orc cannot show it again.</p>
            <CommandLine text={new URL(fresh, location.origin).href} label="Copy the address" />
          </section>
        )}
        <List onFresh={setFresh} />
        <Make onFresh={setFresh} />
      </div>
    </Dialog>
  );
}

function List({ onFresh }: { onFresh: (url: string) => void }) {
  const again = useAskAgain("feedList");
  const feeds = useInfiniteQuery({ ...feedListInfiniteOptions(), ...PAGED });
  const [question, setQuestion] = useState<Question | null>(null);
  const rotate = (feed: FeedSummary): Question => ({
    title: `Replace the address of ${feed.name}?`,
    text: "The current address stops working at once. Everybody who subscribed needs the new one.",
    verb: "Replace the address",
    keep: "Keep the current address",
    onYes: async () => {
      const made = await feedRotate({ path: { feed: feed.id }, throwOnError: true });
      onFresh(made.data.url);
      await again();
    },
  });
  const remove = (feed: FeedSummary): Question => ({
    title: `Delete ${feed.name}?`,
    text: "Its address stops working at once.",
    verb: "Delete the address",
    keep: "Keep the address",
    look: "danger",
    onYes: async () => {
      await feedDelete({ path: { feed: feed.id }, throwOnError: true });
      say(`${feed.name} is deleted.`);
      await again();
    },
  });
  return (
    <>
      <Pages list={feeds} rows={2}>
        {(items) =>
        items.length === 0 ? (
          <p className="text-sm text-muted">No address yet.</p>
        ) : (
          <ul className="flex flex-col divide-y divide-line">
            {items.map((feed) => (
              <li key={feed.id} className="flex flex-wrap items-center gap-2 py-2 text-sm first:pt-0">
                <div className="min-w-0 flex-1 basis-48">
                  <p className="font-medium break-words">{feed.name}</p>
                  <p className="text-xs text-muted">
                    {feed.task ?? (feed.folder ? `folder ${feed.folder}` : "all tasks")} · {feed.days} days · by {feed.created_by} · address of <DateTime at={feed.rotated_at} plain />
                  </p>
                </div>
                <span className="flex flex-wrap gap-2">
                  <Button icon={<KeyRound size={14} aria-hidden />} aria-label={`New address for ${feed.name}`} onClick={() => setQuestion(rotate(feed))}>
                    New address…
                  </Button>
                  <Button icon={<Trash2 size={14} aria-hidden />} aria-label={`Delete ${feed.name}`} onClick={() => setQuestion(remove(feed))}>
                    Delete…
                  </Button>
                </span>
              </li>
            ))}
          </ul>
        )
      }
      </Pages>
      <Confirm question={question} onClose={() => setQuestion(null)} />
    </>
  );
}

function Make({ onFresh }: { onFresh: (url: string) => void }) {
  const again = useAskAgain("feedList");
  const [name, setName] = useState("");
  const [folder, setFolder] = useState("");
  const [days, setDays] = useState(feedDefinitionDefaults.days);
  const make = useMutation({
    mutationFn: async () => (await feedCreate({ body: { name: name.trim(), folder: folder.trim() === "" ? null : folder.trim(), days }, throwOnError: true })).data,
    onSuccess: async (made) => {
      setName("");
      onFresh(made.url);
      await again();
    },
  });
  const failure = apiError(make.error);
  return (
    <form
      aria-label="A new address"
      className="flex flex-col gap-3 border-t border-line pt-4"
      onSubmit={(event) => {
        event.preventDefault();
        make.mutate();
      }}
    >
      <TextField label="Name" hint="The name of the calendar in your app." required maxLength={100} value={name} onText={setName} error={messagesAt(failure, "/name")} />
      <div className="grid gap-3 sm:grid-cols-2">
        <TextField label="Folder" placeholder="All folders" value={folder} onText={setFolder} error={messagesAt(failure, "/folder")} />
        <NumberField label="Days ahead" unit="days" min={1} max={366} value={days} onNumber={setDays} />
      </div>
      <Button type="submit" look="primary" busy={make.isPending} disabledReason={name.trim() === "" ? "Enter a name first." : undefined} className="self-end">
        Create the address
      </Button>
    </form>
  );
}
