import { useInfiniteQuery, useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Pencil, Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import { type Pool, poolDelete } from "@/api/generated";
import { poolListInfiniteOptions } from "@/api/generated/@tanstack/react-query.gen";
import { PAGED } from "@/api/pages";
import { count, plural } from "@/lib/numbers";
import { Pages } from "@/shared/core/Pages";
import { useAskAgain } from "@/shared/core/useAskAgain";
import { PoolPlaces } from "@/shared/pools/PoolPlaces";
import { useDenied } from "@/shared/access/session";
import { paths } from "@/paths";
import { Badge } from "@/ui/text/Badge";
import { Button, IconButton } from "@/ui/Button";
import { Confirm } from "@/ui/layers/Dialog";
import { Empty } from "@/ui/layout/Empty";
import { Page } from "@/ui/layout/Page";
import { say } from "@/ui/layers/toasts";
import { PoolForm } from "./PoolForm";

/** Names of tasks that are listed at once. */
const SHOWN = 4;

/** Pools: how many places there are, how many are taken, and who waits. */
export default function PoolsPage() {
  const pools = useInfiniteQuery({ ...poolListInfiniteOptions(), ...PAGED, staleTime: 0 });
  const denied = useDenied("define");
  const [form, setForm] = useState<Pool | "new" | null>(null);
  const add = (
    <Button look="primary" icon={<Plus size={15} aria-hidden />} disabledReason={denied} onClick={() => setForm("new")}>
      New pool
    </Button>
  );
  return (
    <Page title="Pools" hint="A pool limits how many runs use something at once, such as a database, a licence or a slow disk." actions={add}>
      <Pages list={pools} rows={4}>
        {(items) =>
          items.length === 0 ? (
            <Empty title="No pools yet" cli="orc pool create --name database --capacity 2" action={add}>
              A run of a task in a pool starts when enough places are free. Until then it waits; runs with a higher priority go first.
            </Empty>
          ) : (
            <ul className="grid gap-3 sm:grid-cols-2 xl:grid-cols-3">
              {items.map((pool) => (
                <PoolCard key={pool.id} pool={pool} denied={denied} onEdit={() => setForm(pool)} />
              ))}
            </ul>
          )
        }
      </Pages>
      {form && <PoolForm pool={form === "new" ? null : form} onClose={() => setForm(null)} />}
    </Page>
  );
}

function PoolCard({ pool, denied, onEdit }: { pool: Pool; denied: string | undefined; onEdit: () => void }) {
  const changed = useAskAgain("poolList");
  const [asking, setAsking] = useState(false);
  const remove = useMutation({
    mutationFn: async () => {
      await poolDelete({ path: { pool: pool.id }, headers: { "If-Match": `"${pool.version}"` }, throwOnError: true });
    },
    onSuccess: async () => {
      say(`The pool ${pool.name} is deleted.`);
      await changed();
    },
  });
  const used = pool.used_by.length;
  return (
    <li className="flex min-w-0 flex-col gap-2 rounded-lg border border-line bg-surface p-4">
      <div className="flex items-start gap-2">
        <div className="min-w-0 flex-1">
          <h2 className="text-base font-semibold break-words">{pool.name}</h2>
          {pool.description && <p className="text-xs text-muted">{pool.description}</p>}
        </div>
        {pool.capacity === 0 && <Badge tone="warn">Closed</Badge>}
        <IconButton label={`Edit ${pool.name}`} icon={<Pencil size={15} aria-hidden />} disabledReason={denied} onClick={onEdit} />
        <IconButton label={`Delete ${pool.name}`} icon={<Trash2 size={15} aria-hidden />} disabledReason={denied} onClick={() => setAsking(true)} />
      </div>
      <PoolPlaces pool={pool} />
      <p className="text-sm text-muted">
        {used === 0 ? "No task uses it." : "Used by "}
        {pool.used_by.slice(0, SHOWN).map((name, at) => (
          <span key={name}>
            {at > 0 && ", "}
            <Link {...paths.task(name)} className="text-text underline-offset-2 hover:underline">
              {name}
            </Link>
          </span>
        ))}
        {used > SHOWN && ` and ${count(used - SHOWN)} more`}
      </p>
      <Confirm
        question={asking ? { title: `Delete the pool ${pool.name}?`, text: used === 0 ? "No task uses it." : `${plural(used, "task")} ${used === 1 ? "uses" : "use"} it. The server refuses to delete a pool that is in use.`, verb: "Delete the pool", keep: "Keep the pool", onYes: () => remove.mutateAsync() } : null}
        onClose={() => setAsking(false)}
      />
    </li>
  );
}
