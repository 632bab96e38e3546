import { FileUp } from "lucide-react";
import { useRef } from "react";
import { namePrefixRule } from "@/api/generated/contract.gen";
import { ZONE_NAMES, ZoneNames } from "@/shared/core/ZoneNames";
import { Button } from "@/ui/Button";
import { CheckField, SelectField, TextArea, TextField } from "@/ui/fields/Field";
import { readUpload } from "@/lib/upload";
import { sayFailure } from "@/ui/layers/toasts";
import { Row } from "../form/FormParts";

/** What is asked for. */
export interface ImportDraft {
  text: string;
  /** Bytes of a file that is not UTF-8, in base64. */
  text_base64: string | null;
  form: "" | "user" | "system";
  timezone: string;
  folder: string;
  prefix: string;
  enabled: boolean;
}

/** No crontab is larger. */
const MOST_BYTES = 750_000;

const EXAMPLE = `MAILTO=ops@example.com
CRON_TZ=Europe/Berlin

30 2 * * *    /usr/local/bin/backup --full
0 8 * * 1-5   python3 /opt/report.py`;

/** The text of a crontab, pasted or from a file, and how to read it. */
export function ImportForm({ draft, onDraft, at }: { draft: ImportDraft; onDraft: (change: Partial<ImportDraft>) => void; at: (pointer: string) => string | undefined }) {
  const file = useRef<HTMLInputElement>(null);
  const read = async (chosen: File | undefined) => {
    if (!chosen) return;
    if (chosen.size > MOST_BYTES) sayFailure("Not read", `${chosen.name} is larger than 750 kB, so it is not a crontab.`);
    else {
      const { text, base64 } = await readUpload(chosen);
      onDraft({ text, text_base64: base64 });
    }
    if (file.current) file.current.value = "";
  };
  return (
    <div className="flex flex-col gap-3">
      <TextArea
        label="Text"
        hint={draft.text_base64 === null ? "The output of crontab -l, or a file such as /etc/crontab." : "The file is not UTF-8. The server finds out its encoding."}
        mono
        rows={14}
        placeholder={EXAMPLE}
        value={draft.text}
        error={at("/text")}
        onText={(text) => onDraft({ text, text_base64: null })}
      />
      <div>
        <input ref={file} type="file" aria-label="Crontab file" className="sr-only" tabIndex={-1} onChange={(event) => void read(event.target.files?.[0])} />
        <Button icon={<FileUp size={14} aria-hidden />} onClick={() => file.current?.click()}>
          Choose a file
        </Button>
      </div>
      <Row>
        <SelectField
          label="Form"
          hint="A system crontab names a user before the command."
          value={draft.form}
          options={[
            ["", "Detect"],
            ["user", "User crontab (crontab -l)"],
            ["system", "System crontab (/etc/crontab)"],
          ]}
          error={at("/form")}
          onValue={(form) => onDraft({ form })}
        />
        <TextField label="Time zone" hint="Empty means the server's time zone. CRON_TZ in the text overrides it." list={ZONE_NAMES} value={draft.timezone} error={at("/timezone")} onText={(timezone) => onDraft({ timezone })} />
      </Row>
      <Row>
        <TextField label="Folder" hint="The folder for the new tasks." value={draft.folder} error={at("/folder")} onText={(folder) => onDraft({ folder })} />
        <TextField label="Name prefix" mono maxLength={namePrefixRule.maxLength} placeholder="cron-" value={draft.prefix} error={at("/prefix")} onText={(prefix) => onDraft({ prefix })} />
      </Row>
      <CheckField label="Enable the tasks at once" hint="If you do, switch the crontab off, or everything runs twice." checked={draft.enabled} onChecked={(enabled) => onDraft({ enabled })} />
      <ZoneNames />
    </div>
  );
}
