import { useInfiniteQuery, useMutation, useQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { Eye, Pencil, Plus, Send, Trash2 } from "lucide-react";
import { useState } from "react";
import { type Report, reportDelete, reportSend, reportUpdate } from "@/api/generated";
import { reportListInfiniteOptions, reportViewOptions } from "@/api/generated/@tanstack/react-query.gen";
import { PAGED } from "@/api/pages";
import { paths } from "@/paths";
import { useDenied } from "@/shared/access/session";
import { Pages } from "@/shared/core/Pages";
import { useAskAgain } from "@/shared/core/useAskAgain";
import { Button, IconButton } from "@/ui/Button";
import { Switch } from "@/ui/fields/Switch";
import { Confirm } from "@/ui/layers/Dialog";
import { say } from "@/ui/layers/toasts";
import { Card } from "@/ui/layout/Card";
import { Empty } from "@/ui/layout/Empty";
import { Page } from "@/ui/layout/Page";
import { Badge } from "@/ui/text/Badge";
import { DateTime } from "@/ui/text/Time";
import { PreviewDialog } from "./Preview";
import { ReportForm } from "./ReportForm";
import { definitionOf, reportWords } from "./words";

const route = getRouteApi("/app/reports");

/** Reports: what happened in a day, a week or a month, and who is told. */
export default function ReportsPage() {
  const reports = useInfiniteQuery({ ...reportListInfiniteOptions(), ...PAGED, staleTime: 0 });
  const denied = useDenied("define");
  const [adding, setAdding] = useState(false);
  const add = (
    <Button look="primary" icon={<Plus size={15} aria-hidden />} disabledReason={denied} onClick={() => setAdding(true)}>
      New report
    </Button>
  );
  return (
    <Page title="Reports" hint="What happened in a day, a week or a month, sent to channels at a local time." actions={add}>
      <Card title="Reports" flush>
        <Pages list={reports} rows={3}>
          {(items) =>
            items.length === 0 ? (
              <Empty title="No reports yet" cli="orc report create --name morning --who ops" action={add}>
                A report says each morning what failed, what was missed, and what is ahead.
              </Empty>
            ) : (
              <ul className="divide-y divide-line border-t border-line text-sm">
                {items.map((report) => (
                  <Row key={report.id} report={report} />
                ))}
              </ul>
            )
          }
        </Pages>
      </Card>
      {adding && <ReportForm report={null} onClose={() => setAdding(false)} />}
      <Opened />
    </Page>
  );
}

/** The report that the address names, as links in mails do. */
function Opened() {
  const { report: name = "" } = route.useSearch();
  const navigate = useNavigate();
  const found = useQuery({ ...reportViewOptions({ path: { report: name } }), enabled: name !== "", retry: false });
  return name !== "" && found.data ? <PreviewDialog report={found.data} onClose={() => void navigate(paths.reports())} /> : null;
}

function Row({ report }: { report: Report }) {
  const changed = useAskAgain("reportList", "reportView");
  const denied = useDenied("define");
  const unsendable = useDenied("run");
  const [asking, setAsking] = useState<"show" | "send" | "edit" | "delete" | null>(null);
  const held = { path: { report: report.id }, headers: { "If-Match": `"${report.version}"` } };
  const toggle = useMutation({
    mutationFn: async (enabled: boolean) => await reportUpdate({ ...held, body: { ...definitionOf(report), enabled }, throwOnError: true }),
    onSettled: async () => await changed(),
  });
  const send = useMutation({
    mutationFn: async () => (await reportSend({ path: { report: report.id }, throwOnError: true })).data,
    onSuccess: async ({ channels }) => {
      say(`The report ${report.name} is on its way to ${channels.join(", ")}.`);
      await changed();
    },
  });
  const remove = useMutation({
    mutationFn: async () => await reportDelete({ ...held, throwOnError: true }),
    onSuccess: async () => {
      say(`The report ${report.name} is deleted.`);
      await changed();
    },
  });
  const close = () => setAsking(null);
  return (
    <li className="flex flex-wrap items-start gap-x-4 gap-y-1 px-4 py-2">
      <div className="min-w-0 flex-1 basis-64">
        <p className="flex flex-wrap items-center gap-2">
          <span className="font-medium break-all">{report.name}</span>
          {!report.enabled && <Badge>disabled</Badge>}
        </p>
        <p className="text-xs break-words text-muted">{reportWords(report)}</p>
        {report.description && <p className="text-xs break-words text-muted">{report.description}</p>}
        <p className="text-xs text-muted">
          {report.next_at && (
            <>
              Next <DateTime at={report.next_at} plain />.{" "}
            </>
          )}
          {report.sent_at ? (
            <>
              Last sent <DateTime at={report.sent_at} plain />.
            </>
          ) : (
            "Never sent yet."
          )}
        </p>
      </div>
      <div className="flex items-center">
        <Switch label={`${report.name} enabled`} checked={report.enabled} disabled={denied !== undefined || toggle.isPending} onChecked={(on) => toggle.mutate(on)} />
        <IconButton label={`Show ${report.name}`} icon={<Eye size={15} aria-hidden />} onClick={() => setAsking("show")} />
        <IconButton label={`Send ${report.name} now`} icon={<Send size={15} aria-hidden />} disabledReason={unsendable} onClick={() => setAsking("send")} />
        <IconButton label={`Edit ${report.name}`} icon={<Pencil size={15} aria-hidden />} disabledReason={denied} onClick={() => setAsking("edit")} />
        <IconButton label={`Delete ${report.name}`} icon={<Trash2 size={15} aria-hidden />} disabledReason={denied} onClick={() => setAsking("delete")} />
      </div>
      {asking === "show" && <PreviewDialog report={report} onClose={close} />}
      {asking === "edit" && <ReportForm report={report} onClose={close} />}
      <Confirm
        question={
          asking === "send"
            ? { title: `Send the report ${report.name} now?`, text: `It goes to ${report.who.join(", ")}, about the newest days that are over. What is due later is sent all the same.`, verb: "Send it now", keep: "Do not send it", look: "primary", onYes: () => send.mutateAsync() }
            : asking === "delete"
              ? { title: `Delete the report ${report.name}?`, text: "It is not sent any more. This cannot be undone.", verb: "Delete the report", keep: "Keep the report", onYes: () => remove.mutateAsync() }
              : null
        }
        onClose={close}
      />
    </li>
  );
}
