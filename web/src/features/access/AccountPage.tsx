import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { apiError, messagesAt } from "@/api/errors";
import { sessionPasswordUpdate } from "@/api/generated";
import { useSession } from "@/shared/access/session";
import { Button } from "@/ui/Button";
import { Card } from "@/ui/layout/Card";
import { Failure } from "@/ui/layout/Empty";
import { TextField } from "@/ui/fields/Field";
import { Page } from "@/ui/layout/Page";
import { say } from "@/ui/layers/toasts";
import { Tokens } from "./Tokens";

/** One's own password and tokens. */
export default function AccountPage() {
  const session = useSession();
  return (
    <Page title="Account" hint={`${session.name}, ${session.role}`}>
      <div className="grid items-start gap-3 lg:grid-cols-[24rem_minmax(0,1fr)]">
        <Password name={session.name} isUser={session.via === "user"} />
        <Tokens />
      </div>
    </Page>
  );
}

function Password({ name, isUser }: { name: string; isUser: boolean }) {
  const [current, setCurrent] = useState("");
  const [next, setNext] = useState("");
  const save = useMutation({
    meta: { quiet: true },
    mutationFn: async () => {
      await sessionPasswordUpdate({ body: { current_password: current, new_password: next }, throwOnError: true });
    },
    onSuccess: () => {
      say("Your password has been changed.");
      setCurrent("");
      setNext("");
    },
  });
  const failure = apiError(save.error);
  return (
    <Card title="Password">
      <form
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        {failure && failure.fields.length === 0 && <Failure title={failure.title} detail={failure.message} />}
        {/* Lets password managers know whose password this is. */}
        <input type="text" name="username" autoComplete="username" value={name} readOnly hidden />
        <TextField label="Current password" type="password" autoComplete="current-password" required value={current} onText={setCurrent} error={messagesAt(failure, "/current_password")} />
        <TextField label="New password" type="password" autoComplete="new-password" required minLength={10} hint="At least 10 characters." value={next} onText={setNext} error={messagesAt(failure, "/new_password")} />
        <Button type="submit" look="primary" busy={save.isPending} className="self-start" disabledReason={isUser ? undefined : "You are logged in with a token. Only users have a password."}>
          Change the password
        </Button>
      </form>
    </Card>
  );
}
