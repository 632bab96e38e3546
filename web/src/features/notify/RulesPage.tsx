import { useInfiniteQuery, useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ArrowLeft, Pencil, Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import { type Rule, ruleDelete, ruleUpdate } from "@/api/generated";
import { ruleListInfiniteOptions } from "@/api/generated/@tanstack/react-query.gen";
import { PAGED } from "@/api/pages";
import { paths } from "@/paths";
import { useDenied } from "@/shared/access/session";
import { Pages } from "@/shared/core/Pages";
import { useAskAgain } from "@/shared/core/useAskAgain";
import { ruleWords } from "@/shared/notify/rules";
import { Button, buttonClass, IconButton } from "@/ui/Button";
import { Switch } from "@/ui/fields/Switch";
import { Confirm } from "@/ui/layers/Dialog";
import { say } from "@/ui/layers/toasts";
import { Card } from "@/ui/layout/Card";
import { Empty } from "@/ui/layout/Empty";
import { Page } from "@/ui/layout/Page";
import { Badge } from "@/ui/text/Badge";
import { definitionOf, RuleForm } from "./RuleForm";

/** Rules: who is told what, about which tasks, and when. */
export default function RulesPage() {
  const rules = useInfiniteQuery({ ...ruleListInfiniteOptions(), ...PAGED, staleTime: 0 });
  const denied = useDenied("define");
  const [adding, setAdding] = useState(false);
  const add = (
    <Button look="primary" icon={<Plus size={15} aria-hidden />} disabledReason={denied} onClick={() => setAdding(true)}>
      New rule
    </Button>
  );
  return (
    <Page
      title="Rules"
      hint="Who is told what, about which tasks, and when. Each rule tells an incident once."
      actions={
        <>
          <Link {...paths.incidents()} className={buttonClass()}>
            <ArrowLeft size={15} aria-hidden />
            Incidents
          </Link>
          {add}
        </>
      }
    >
      <Card title="Rules" flush>
        <Pages list={rules} rows={3}>
          {(items) =>
            items.length === 0 ? (
              <Empty title="No rules yet" cli="orc rule create -f rule.yaml" action={add}>
                Without a rule nobody is told when a task fails.
              </Empty>
            ) : (
              <ul className="divide-y divide-line border-t border-line text-sm">
                {items.map((rule) => (
                  <Row key={rule.id} rule={rule} />
                ))}
              </ul>
            )
          }
        </Pages>
      </Card>
      {adding && <RuleForm rule={null} onClose={() => setAdding(false)} />}
    </Page>
  );
}

function Row({ rule }: { rule: Rule }) {
  const changed = useAskAgain("ruleList", "ruleView");
  const denied = useDenied("define");
  const [asking, setAsking] = useState<"edit" | "delete" | null>(null);
  const held = { path: { rule: rule.id }, headers: { "If-Match": `"${rule.version}"` } };
  const toggle = useMutation({
    mutationFn: async (enabled: boolean) => await ruleUpdate({ ...held, body: { ...definitionOf(rule), enabled }, throwOnError: true }),
    onSettled: async () => await changed(),
  });
  const remove = useMutation({
    mutationFn: async () => await ruleDelete({ ...held, throwOnError: true }),
    onSuccess: async () => {
      say(`The rule ${rule.name} is deleted.`);
      await changed();
    },
  });
  const close = () => setAsking(null);
  return (
    <li className="flex flex-wrap items-start gap-x-4 gap-y-1 px-4 py-2">
      <div className="min-w-0 flex-1 basis-64">
        <p className="flex flex-wrap items-center gap-2">
          <span className="font-medium break-all">{rule.name}</span>
          {!rule.enabled && <Badge>disabled</Badge>}
        </p>
        <p className="text-xs break-words text-muted">{ruleWords(rule)}</p>
        {rule.description && <p className="text-xs break-words text-muted">{rule.description}</p>}
      </div>
      <div className="flex items-center">
        <Switch label={`${rule.name} enabled`} checked={rule.enabled} disabled={denied !== undefined || toggle.isPending} onChecked={(on) => toggle.mutate(on)} />
        <IconButton label={`Edit ${rule.name}`} icon={<Pencil size={15} aria-hidden />} disabledReason={denied} onClick={() => setAsking("edit")} />
        <IconButton label={`Delete ${rule.name}`} icon={<Trash2 size={15} aria-hidden />} disabledReason={denied} onClick={() => setAsking("delete")} />
      </div>
      {asking === "edit" && <RuleForm rule={rule} onClose={close} />}
      <Confirm
        question={asking === "delete" ? { title: `Delete the rule ${rule.name}?`, text: "What it has not told yet is never told. This cannot be undone.", verb: "Delete the rule", keep: "Keep the rule", onYes: () => remove.mutateAsync() } : null}
        onClose={close}
      />
    </li>
  );
}
