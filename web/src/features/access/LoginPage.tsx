import { useMutation, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, useRouter } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { apiError } from "@/api/errors";
import { sessionCreateMutation } from "@/api/generated/@tanstack/react-query.gen";
import { sessionQuery } from "@/shared/access/session";
import { Button } from "@/ui/Button";
import { Failure } from "@/ui/layout/Empty";
import { TextField } from "@/ui/fields/Field";
import { Entrance } from "./Entrance";

const route = getRouteApi("/login");

/** Name and password. */
export default function LoginPage() {
  const { next } = route.useSearch();
  const router = useRouter();
  const queries = useQueryClient();
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  useEffect(() => {
    document.title = "Log in · Orc";
  }, []);
  const login = useMutation({
    ...sessionCreateMutation(),
    meta: { quiet: true },
    onSuccess: async (session) => {
      queries.setQueryData(sessionQuery.queryKey, session);
      // Only addresses of this page, because a link from outside could name any other.
      router.history.push(next?.startsWith("/") && !next.startsWith("//") ? next : "/");
    },
  });
  const failure = apiError(login.error);
  return (
    <Entrance title="Log in" hint="Forgot the password? On the server: orc-server user password NAME">
      <form
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          login.mutate({ body: { name: name.trim(), password } });
        }}
      >
        {failure && <Failure title={failure.title} detail={failure.message} />}
        <TextField label="Name" name="username" autoComplete="username" autoCapitalize="none" required value={name} onText={setName} />
        <TextField label="Password" name="password" type="password" autoComplete="current-password" required value={password} onText={setPassword} />
        <Button type="submit" look="primary" busy={login.isPending} className="mt-1">
          Log in
        </Button>
      </form>
    </Entrance>
  );
}
