import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Download, Printer } from "lucide-react";
import { useState } from "react";
import { apiError } from "@/api/errors";
import type { Report } from "@/api/generated";
import { reportContentsOptions } from "@/api/generated/@tanstack/react-query.gen";
import { Button, buttonClass } from "@/ui/Button";
import { TextField } from "@/ui/fields/Field";
import { Dialog } from "@/ui/layers/Dialog";
import { Failure } from "@/ui/layout/Empty";
import { Skeleton } from "@/ui/layout/Skeleton";
import { linesOf, pageOf } from "./words";

/** The page of a report. It comes with rules of its own from the server, and runs no script. */
export function ReportFrame({ title, src }: { title: string; src: string }) {
  return <iframe title={title} src={src} sandbox="" className="h-[60dvh] w-full rounded-md border border-line bg-white" />;
}

/** What a saved report says, for the days that somebody chooses. Nothing is sent. */
export function PreviewDialog({ report, onClose }: { report: Report; onClose: () => void }) {
  const [date, setDate] = useState("");
  const shown = useQuery({ ...reportContentsOptions({ path: { report: report.id }, query: date === "" ? {} : { date } }), placeholderData: keepPreviousData, refetchInterval: false, retry: false });
  const failure = apiError(shown.error);
  const page = pageOf(report.id, date);
  return (
    <Dialog
      open
      wide
      onClose={onClose}
      title={`Report ${report.name}`}
      hint="What it says, as a mail shows it. Nothing is sent."
      footer={
        <>
          <a className={buttonClass()} href={linesOf(report.id, date)} download={`${report.name}.csv`}>
            <Download size={15} aria-hidden />
            CSV
          </a>
          <a className={buttonClass()} href={page} target="_blank" rel="noreferrer">
            <Printer size={15} aria-hidden />
            Open to print
          </a>
          <Button onClick={onClose}>Close</Button>
        </>
      }
    >
      <div className="flex flex-col gap-3">
        <TextField label="A day that it is about" hint="Empty: the newest days that are over." type="date" value={date} className="self-start" onText={setDate} />
        {failure ? (
          <Failure title={failure.title} detail={failure.message} requestId={failure.requestId} />
        ) : shown.data ? (
          <>
            <p role="status" className="text-sm break-words">
              {shown.data.subject}
            </p>
            <ReportFrame title={`Report ${report.name}`} src={page} />
          </>
        ) : (
          <Skeleton rows={6} />
        )}
      </div>
    </Dialog>
  );
}
