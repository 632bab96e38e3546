import { useMutation } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { Send } from "lucide-react";
import { useRef, useState } from "react";
import { apiError, messagesAt } from "@/api/errors";
import { channelCreate, type ChannelDefinition, channelProbe, credentialCreate, credentialRotate, type EventKind, type MailSecurity, ruleCreate } from "@/api/generated";
import { paths } from "@/paths";
import { useAskAgain } from "@/shared/core/useAskAgain";
import { Button, buttonClass } from "@/ui/Button";
import { NumberField, SelectField, TextField } from "@/ui/fields/Field";
import { ListEditor } from "@/ui/fields/Lists";
import { say } from "@/ui/layers/toasts";
import { Card } from "@/ui/layout/Card";
import { Failure } from "@/ui/layout/Empty";
import { Page } from "@/ui/layout/Page";
import { Conversation } from "../Conversation";
import { SECURITIES } from "../target";

/** Name of what this page makes: the credential, the channel and the rule. */
const NAME = "mail";
const RULE = "problems";

/** What the first rule tells about. */
const EVENTS: EventKind[] = ["failed", "timed_out", "lost", "late", "missed", "silent", "recovered"];

interface Mail {
  host: string;
  port: number;
  security: MailSecurity;
  user: string;
  password: string;
  from: string;
  to: string[];
}

const channelOf = ({ host, port, security, user, from, to }: Mail): ChannelDefinition => ({
  name: NAME,
  description: "Made when Orc was set up.",
  enabled: true,
  target: { kind: "mail", host: host.trim(), port, security, credential: user.trim() === "" ? null : NAME, from: from.trim(), to: to.map((one) => one.trim()).filter((one) => one !== "") },
});

/** After the first login: mail for what goes wrong, tested before it is saved. */
export default function WelcomePage() {
  const navigate = useNavigate();
  const changed = useAskAgain("channelList", "ruleList", "credentialList");
  const [mail, setMail] = useState<Mail>({ host: "", port: 587, security: "starttls", user: "", password: "", from: "", to: [""] });
  const set = (part: Partial<Mail>) => setMail((old) => ({ ...old, ...part }));
  // What this page has made already, so that a second attempt does not stumble over the first.
  const made = useRef({ credential: false, channel: false });
  const keepLogin = async () => {
    if (mail.user.trim() === "") return;
    const values = { username: mail.user.trim(), password: mail.password };
    if (made.current.credential) await credentialRotate({ path: { credential: NAME }, body: { values }, throwOnError: true });
    else await credentialCreate({ body: { name: NAME, kind: "smtp", description: "Login at the mail server", values }, throwOnError: true });
    made.current.credential = true;
  };
  const attempt = useMutation({
    meta: { quiet: true },
    mutationFn: async () => {
      await keepLogin();
      return (await channelProbe({ body: channelOf(mail), throwOnError: true })).data;
    },
  });
  const save = useMutation({
    meta: { quiet: true },
    mutationFn: async () => {
      await keepLogin();
      if (!made.current.channel) await channelCreate({ body: channelOf(mail), throwOnError: true });
      made.current.channel = true;
      await ruleCreate({ body: { name: RULE, description: "Made when Orc was set up.", enabled: true, when: EVENTS, what: {}, who: [NAME], how: { kind: "at_once" }, in_a_row: 1 }, throwOnError: true });
    },
    onSuccess: async () => {
      say(`Mail is set up. The rule ${RULE} tells when a task fails, is late or recovers.`);
      await changed();
      await navigate(paths.overview());
    },
  });
  const failure = apiError(save.error) ?? apiError(attempt.error);
  const at = (pointer: string) => messagesAt(failure, pointer);
  return (
    <Page title="Who hears when something fails?" hint="Orc can send a mail when a task fails, is late or does not run at all, and once more when it works again.">
      <Card className="max-w-2xl">
        <form
          className="flex flex-col gap-3"
          onSubmit={(event) => {
            event.preventDefault();
            attempt.reset();
            save.mutate();
          }}
        >
          {failure && <Failure title={failure.title} detail={failure.message} />}
          <div className="grid gap-3 sm:grid-cols-[minmax(0,2fr)_minmax(0,1fr)]">
            <TextField label="SMTP server" required placeholder="smtp.example.org" value={mail.host} error={at("/target/host")} onText={(host) => set({ host })} />
            <NumberField label="Port" required min={1} max={65_535} step={1} value={mail.port} error={at("/target/port")} onNumber={(port) => set({ port })} />
          </div>
          <SelectField label="Encryption" value={mail.security} options={SECURITIES} error={at("/target/security")} onValue={(security) => set({ security })} />
          <div className="grid gap-3 sm:grid-cols-2">
            <TextField label="User name" autoComplete="off" hint="Empty: no login." value={mail.user} error={at("/values/username")} onText={(user) => set({ user })} />
            <TextField label="Password" type="password" autoComplete="new-password" hint="Orc stores it encrypted and never shows it." value={mail.password} error={at("/values/password")} onText={(password) => set({ password })} />
          </div>
          <TextField label="Sender" required placeholder="Orc <orc@example.org>" value={mail.from} error={at("/target/from")} onText={(from) => set({ from })} />
          <div className="flex flex-col gap-1">
            <ListEditor label="Recipients" items={mail.to} onItems={(to) => set({ to })} addLabel="Add a recipient" placeholder="ops@example.org" errorAt={(place) => at(`/target/to/${place}`)} />
            {at("/target/to") && <p className="text-xs font-medium text-fail">{at("/target/to")}</p>}
          </div>
          <div className="flex flex-col gap-2 rounded-md border border-line p-3">
            <Button
              className="self-start"
              icon={<Send size={14} aria-hidden />}
              busy={attempt.isPending}
              onClick={() => {
                save.reset();
                attempt.mutate();
              }}
            >
              Send a test now
            </Button>
            {attempt.data ? <Conversation test={attempt.data} /> : <p className="text-xs text-muted">The test goes out as the form stands. Only the login is kept, encrypted, as the credential “{NAME}”.</p>}
          </div>
          <div className="flex flex-wrap gap-2">
            <Button type="submit" look="primary" busy={save.isPending}>
              Save and go on
            </Button>
            <Link {...paths.overview()} className={buttonClass("plain")}>
              Not now
            </Link>
          </div>
          <p className="text-xs text-muted">Other services, such as Slack, Teams, ntfy or a command, are under Channels. Who is told what is under Incidents, Rules.</p>
        </form>
      </Card>
    </Page>
  );
}
