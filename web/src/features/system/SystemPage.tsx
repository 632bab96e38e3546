import { useQuery } from "@tanstack/react-query";
import type { LimitAnswer, Setting, System, SystemAbilities, Worker } from "@/api/generated";
import { systemSettingsOptions, systemViewOptions, systemWorkersOptions } from "@/api/generated/@tanstack/react-query.gen";
import { bytes, count, percent, plural } from "@/lib/numbers";
import { absoluteTime, duration } from "@/lib/time/time";
import { HoldButton } from "@/shared/system/HoldButton";
import { Loaded } from "@/shared/core/Loaded";
import { useDenied } from "@/shared/access/session";
import { Badge } from "@/ui/text/Badge";
import { Card, Facts } from "@/ui/layout/Card";
import { Page } from "@/ui/layout/Page";
import { DateTime, Duration } from "@/ui/text/Time";
import { HeartbeatCard } from "./HeartbeatCard";

/** The server: what it is, what it stands on, its loops, its settings. */
export default function SystemPage() {
  const system = useQuery(systemViewOptions());
  const workers = useQuery({ ...systemWorkersOptions(), refetchInterval: 10_000 });
  const denied = useDenied("admin");
  return (
    <Page title="System" hint="The server with its database, disk, workers and settings." actions={<HoldButton hold={system.data?.hold ?? null} />}>
      <Loaded query={system} rows={6}>
        {(data) => (
          <>
            <Stands system={data} />
            <Abilities abilities={data.abilities} />
          </>
        )}
      </Loaded>
      <Card title="Workers" hint="The loops inside the server that do its work, and what each did last." flush>
        <Loaded query={workers} rows={5}>
          {(list) => <Workers workers={list.items} />}
        </Loaded>
      </Card>
      {!denied && <HeartbeatCard />}
      {denied ? <p className="text-sm text-muted">Only administrators see the settings. {denied}</p> : <Settings />}
    </Page>
  );
}

function Stands({ system }: { system: System }) {
  const { database, disk } = system;
  const used = disk.total_bytes > 0 ? 1 - disk.free_bytes / disk.total_bytes : 0;
  return (
    <div className="grid gap-3 md:grid-cols-3">
      <Card title="Server">
        <Facts
          items={[
            ["Version", system.version],
            ["Name", system.node],
            ["Platform", system.platform],
            ["Running for", <Duration key="up" since={system.started_at} />],
            ["Server clock", absoluteTime(system.now_at)],
            ["Time zone", system.timezone],
            ["Zone data", system.timezone_data],
            ["Runs at once", count(system.run_limit)],
          ]}
        />
      </Card>
      <Card title="Database">
        <Facts
          items={[
            ["Kind", database.kind],
            ["Size", bytes(database.size_bytes)],
            ["Write-ahead log", bytes(database.wal_bytes)],
            ["Schema", <code key="schema" className="font-mono text-xs break-all">{database.schema_version}</code>],
          ]}
        />
      </Card>
      <Card title="Disk">
        <Facts
          items={[
            ["Free", `${bytes(disk.free_bytes)} of ${bytes(disk.total_bytes)}`],
            ["State", disk.guard === "ok" ? <Badge tone="ok">ok</Badge> : <Badge tone="fail">{disk.guard === "logs_stopped" ? "No log is written: less than 5 % is free" : "No run starts: less than 2 % is free"}</Badge>],
          ]}
        />
        <meter
          className="mt-3 h-3 w-full"
          min={0}
          max={1}
          low={0.9}
          high={0.95}
          optimum={0}
          value={used}
          aria-label={`Disk, ${percent(used)} used`}
        />
      </Card>
    </div>
  );
}

const ANSWERS: Record<LimitAnswer, [string, "ok" | "warn" | "idle"]> = { enforced: ["enforced", "ok"], advisory: ["advisory", "warn"], refused: ["refused", "idle"] };

/** What this server can do with the processes of tasks. */
function Abilities({ abilities }: { abilities: SystemAbilities }) {
  const { account, task_user, run_as, cgroup, limits } = abilities;
  return (
    <Card title="Processes of tasks" hint="Whose they are, and which limits of a task this server can hold.">
      <Facts
        items={[
          ["Server runs as", account ?? "an account without a name"],
          ["Tasks run as", `${task_user ?? "an account without a name"}${run_as ? ", or the user that a task names" : ""}`],
          ["A stop ends", cgroup ? "the whole cgroup of the attempt at once" : "the process group and every descendant"],
        ]}
      />
      <ul aria-label="Limits of processes" className="mt-3 divide-y divide-line border-t border-line text-sm">
        {limits.map(({ kind, answer, text }) => (
          <li key={kind} className="flex flex-wrap items-baseline gap-x-4 py-1.5">
            <span className="w-28 font-medium">{kind.replaceAll("_", " ")}</span>
            <Badge tone={ANSWERS[answer][1]}>{ANSWERS[answer][0]}</Badge>
            <span className="min-w-0 flex-1 basis-48 text-xs text-muted first-letter:uppercase">{text}</span>
          </li>
        ))}
      </ul>
    </Card>
  );
}

function WorkerBadge({ worker }: { worker: Worker }) {
  if (worker.error) return <Badge tone="fail">failed</Badge>;
  if (worker.running_since_at) return <Badge tone="run">running</Badge>;
  return <Badge tone={worker.last_at ? "ok" : "idle"}>{worker.last_at ? "ok" : "not yet"}</Badge>;
}

function Workers({ workers }: { workers: Worker[] }) {
  return (
    <ul className="divide-y divide-line border-t border-line text-sm">
      {workers.map((worker) => (
        <li key={worker.name} className="flex flex-wrap items-center gap-x-4 gap-y-0.5 px-4 py-2">
          <span className="w-36 font-medium">{worker.name.replaceAll("_", " ")}</span>
          <WorkerBadge worker={worker} />
          <span className="min-w-0 flex-1 basis-48 text-muted">{(worker.error ?? worker.last_summary)?.text ?? "nothing to do yet"}</span>
          <span className="text-xs text-muted">
            {worker.running_since_at && (
              <>
                running since <DateTime at={worker.running_since_at} plain /> · last{" "}
              </>
            )}
            <DateTime at={worker.last_at} plain />
            {worker.last_seconds !== null && worker.last_seconds !== undefined && ` in ${duration(worker.last_seconds)}`} · every {duration(worker.every_seconds)} · {plural(worker.round_count, "round")}
          </span>
        </li>
      ))}
    </ul>
  );
}

function Settings() {
  const settings = useQuery({ ...systemSettingsOptions(), refetchInterval: false });
  return (
    <Card title="Settings" hint="A flag overrides an ORC_* variable, which overrides orc.toml, which overrides the default." flush>
      <Loaded query={settings} rows={6}>
        {(list) => (
          <ul className="divide-y divide-line border-t border-line text-sm">
            {list.items.map((setting) => (
              <Row key={setting.name} setting={setting} />
            ))}
          </ul>
        )}
      </Loaded>
    </Card>
  );
}

function Row({ setting }: { setting: Setting }) {
  return (
    <li className="grid gap-x-4 px-4 py-2 md:grid-cols-[14rem_minmax(0,1fr)_7rem] md:items-baseline">
      <code className="font-mono text-xs">{setting.name}</code>
      <span className="min-w-0">
        <code className="font-mono text-xs break-all">{setting.value === "" ? "–" : setting.value}</code>
        <span className="block text-xs text-muted">{setting.description}</span>
      </span>
      <span>
        <Badge tone={setting.source === "default" ? "idle" : "run"}>{setting.source}</Badge>
      </span>
    </li>
  );
}
