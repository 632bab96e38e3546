import { useMutation, useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { AlarmClock, HandHelping } from "lucide-react";
import { useEffect, useState } from "react";
import { apiError } from "@/api/errors";
import { linkUse, type LinkUse, type Link as MessageLink } from "@/api/generated";
import { linkViewOptions, linkViewQueryKey } from "@/api/generated/@tanstack/react-query.gen";
import { paths } from "@/paths";
import { incidentCount, incidentTitle } from "@/shared/notify/incidents";
import { minutesWords } from "@/shared/notify/rules";
import { Button, buttonClass } from "@/ui/Button";
import { TextField } from "@/ui/fields/Field";
import { Failure } from "@/ui/layout/Empty";
import { DateTime } from "@/ui/text/Time";
import { Entrance } from "./Entrance";

const route = getRouteApi("/act/$link");

/** What the link of a message offers, without logging in. Opening it changes nothing: programs that scan mails do that too. */
export default function ActPage() {
  const { link } = route.useParams();
  const view = useQuery({ ...linkViewOptions({ path: { link } }), retry: false, refetchInterval: false });
  useEffect(() => {
    document.title = "Take care of it · Orc";
  }, []);
  const failure = apiError(view.error);
  if (failure)
    return (
      <Entrance title="This link does not work" hint={failure.message}>
        <ToIncidents />
      </Entrance>
    );
  if (!view.data)
    return (
      <Entrance title="One moment" hint="Looking at the link …">
        {null}
      </Entrance>
    );
  return <Act link={link} about={view.data} onActed={() => void view.refetch()} />;
}

const ToIncidents = () => (
  <Link {...paths.incidents()} className={buttonClass(undefined, "w-full")}>
    Open the incidents
  </Link>
);

function Act({ link, about, onActed }: { link: string; about: MessageLink; onActed: () => void }) {
  const [note, setNote] = useState("");
  const act = useMutation({
    mutationKey: linkViewQueryKey({ path: { link } }),
    meta: { quiet: true },
    mutationFn: async (body: LinkUse) => await linkUse({ path: { link }, body, throwOnError: true }),
    onSettled: onActed,
  });
  const failure = apiError(act.error);
  const hint = (
    <>
      {incidentCount(about) === "" ? "Since" : `${incidentCount(about)}, since`} <DateTime at={about.opened_at} plain />.
    </>
  );
  return (
    <Entrance title={incidentTitle(about)} hint={hint}>
      <div className="flex flex-col gap-3 text-sm">
        {failure && <Failure title={failure.title} detail={failure.message} />}
        <p role="status">{stateWords(about)}</p>
        {about.state !== "resolved" && about.used_at === null && (
          <>
            <TextField label="Note for others" maxLength={2000} value={note} onText={setNote} />
            <Button look="primary" icon={<HandHelping size={15} aria-hidden />} busy={act.isPending} onClick={() => act.mutate({ kind: "acknowledge", note })}>
              I take care of it
            </Button>
            {[60, 480, 1440].map((minutes) => (
              <Button key={minutes} icon={<AlarmClock size={14} aria-hidden />} busy={act.isPending} onClick={() => act.mutate({ kind: "snooze", minutes })}>
                Snooze for {minutesWords(minutes)}
              </Button>
            ))}
          </>
        )}
        <ToIncidents />
      </div>
    </Entrance>
  );
}

/** How the incident stands, in one sentence. */
function stateWords({ state, acknowledged_by, snoozed_until, used_at }: MessageLink) {
  if (state === "resolved") return "It is over. There is nothing left to do.";
  if (state === "acknowledged") return `It is taken care of, by ${acknowledged_by ?? "somebody"}.`;
  if (used_at !== null && snoozed_until)
    return (
      <>
        It is snoozed, which ends <DateTime at={snoozed_until} plain />.
      </>
    );
  return used_at === null ? "Nobody takes care of it yet. This link acts once." : "The link was used already.";
}
