import { useMutation, useQuery } from "@tanstack/react-query";
import { HeartPulse } from "lucide-react";
import { useState } from "react";
import { apiError, messagesAt } from "@/api/errors";
import { type SystemHeartbeat, systemHeartbeatClear, systemHeartbeatSet } from "@/api/generated";
import { systemHeartbeatViewOptions } from "@/api/generated/@tanstack/react-query.gen";
import { duration } from "@/lib/time/time";
import { problemWords } from "@/lib/words/reasons";
import { Loaded } from "@/shared/core/Loaded";
import { useAskAgain } from "@/shared/core/useAskAgain";
import { Button } from "@/ui/Button";
import { NumberField, TextField } from "@/ui/fields/Field";
import { FormDialog } from "@/ui/layers/FormDialog";
import { Card, Facts } from "@/ui/layout/Card";
import { DateTime } from "@/ui/text/Time";

/** The address that the server calls while it is well, so that somebody outside notices when it is not. */
export function HeartbeatCard() {
  const heartbeat = useQuery(systemHeartbeatViewOptions());
  return (
    <Card title="Heartbeat of this server" hint="The server calls an address while it is well. Whoever stands there notices when it is silent.">
      <Loaded query={heartbeat} rows={2}>
        {(data) => <Shown heartbeat={data} />}
      </Loaded>
    </Card>
  );
}

function Shown({ heartbeat }: { heartbeat: SystemHeartbeat }) {
  const { url, every_seconds, last_success_at, last_failure_at } = heartbeat;
  const changed = useAskAgain("systemHeartbeatView");
  const [asking, setAsking] = useState(false);
  const stop = useMutation({ mutationFn: async () => systemHeartbeatClear({ throwOnError: true }), onSuccess: () => changed() });
  return (
    <div className="flex flex-col gap-2">
      {url ? (
        <Facts
          items={[
            ["Calls", <code key="url" className="font-mono text-xs break-all">{url}</code>],
            ["Every", duration(every_seconds ?? 0)],
            ["Last success", <DateTime key="success" at={last_success_at} />],
            ["Last failure", <DateTime key="failure" at={last_failure_at} />],
          ]}
        />
      ) : (
        <p className="text-sm text-muted">It calls nobody. If the machine goes down, nobody is told.</p>
      )}
      {problemWords(heartbeat) && <p className="text-sm font-medium text-warn first-letter:uppercase">{problemWords(heartbeat)}</p>}
      <div className="flex flex-wrap gap-2">
        <Button icon={<HeartPulse size={14} aria-hidden />} onClick={() => setAsking(true)}>
          {url ? "Change the heartbeat…" : "Set a heartbeat…"}
        </Button>
        {url && (
          <Button busy={stop.isPending} onClick={() => stop.mutate()}>
            Stop it
          </Button>
        )}
      </div>
      {asking && <Ask heartbeat={heartbeat} onClose={() => setAsking(false)} />}
    </div>
  );
}

function Ask({ heartbeat, onClose }: { heartbeat: SystemHeartbeat; onClose: () => void }) {
  const changed = useAskAgain("systemHeartbeatView");
  const [url, setUrl] = useState(heartbeat.url ?? "");
  const [every, setEvery] = useState<number | null>(heartbeat.every_seconds ?? 60);
  const save = useMutation({
    meta: { quiet: true },
    mutationFn: async () => systemHeartbeatSet({ body: { url: url.trim(), every_seconds: every ?? 60 }, throwOnError: true }),
    onSuccess: async () => {
      onClose();
      await changed();
    },
  });
  const failure = apiError(save.error);
  return (
    <FormDialog
      title="The heartbeat of this server"
      hint="The first call is made at once."
      verb="Save the heartbeat"
      failure={failure}
      fields={["/url", "/every_seconds"]}
      busy={save.isPending}
      disabledReason={url.trim() === "" ? "Enter an address first." : undefined}
      onSubmit={() => save.mutate()}
      onClose={onClose}
    >
      <TextField label="Address" hint="Such as https://hc-ping.com/${credential.check}. A credential may stand in it." required mono inputMode="url" value={url} error={messagesAt(failure, "/url")} onText={setUrl} />
      <NumberField label="Calls every" unit="s" min={10} max={86_400} step={1} value={every} error={messagesAt(failure, "/every_seconds")} onNumber={setEvery} />
    </FormDialog>
  );
}
