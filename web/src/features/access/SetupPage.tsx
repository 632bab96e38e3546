import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { apiError, messagesAt } from "@/api/errors";
import { setupCreateMutation, setupViewOptions } from "@/api/generated/@tanstack/react-query.gen";
import { loginNameRule } from "@/api/generated/contract.gen";
import { sessionQuery } from "@/shared/access/session";
import { NameField } from "@/shared/core/NameField";
import { Button, buttonClass } from "@/ui/Button";
import { Failure } from "@/ui/layout/Empty";
import { TextField } from "@/ui/fields/Field";
import { Entrance } from "./Entrance";

const route = getRouteApi("/setup");

/** The first administrator, against the one-time token. */
export default function SetupPage() {
  const search = route.useSearch();
  const setup = useQuery({ ...setupViewOptions(), refetchInterval: false });
  useEffect(() => {
    document.title = "Set up · Orc";
  }, []);
  if (setup.data && !setup.data.required) {
    return (
      <Entrance title="Orc is set up already" hint="The first administrator exists. Administrators create more users under Users & tokens.">
        <Link to="/login" search={{}} className={buttonClass("primary", "w-full")}>
          Log in
        </Link>
      </Entrance>
    );
  }
  return <SetupForm token={search.token ?? ""} />;
}

function SetupForm({ token: given }: { token: string }) {
  const navigate = useNavigate();
  const queries = useQueryClient();
  const [token, setToken] = useState(given);
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const create = useMutation({
    ...setupCreateMutation(),
    meta: { quiet: true },
    onSuccess: async () => {
      await queries.fetchQuery({ ...sessionQuery, staleTime: 0 });
      // Replaced, so that the token does not stay in the history.
      await navigate({ to: "/welcome", replace: true });
    },
  });
  const failure = apiError(create.error);
  const at = (field: string) => messagesAt(failure, `/${field}`);
  return (
    <Entrance title="Welcome to Orc" hint="Create the first administrator. There is no default password.">
      <form
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          create.mutate({ body: { token: token.trim(), name: name.trim(), password } });
        }}
      >
        {failure && <Failure title={failure.title} detail={failure.message} />}
        {given === "" && (
          <TextField
            label="One-time token"
            hint="The server printed it when it first started. It is also in the file setup-token in the data folder."
            required
            mono
            value={token}
            onText={setToken}
            error={at("token")}
          />
        )}
        <NameField rule={loginNameRule} name="username" autoComplete="username" value={name} onText={setName} error={at("name")} />
        <TextField
          label="Password"
          name="password"
          type="password"
          autoComplete="new-password"
          required
          minLength={10}
          value={password}
          onText={setPassword}
          error={at("password")}
          hint="At least 10 characters. A sentence is a good choice."
        />
        <Button type="submit" look="primary" busy={create.isPending} className="mt-1">
          Create and log in
        </Button>
      </form>
    </Entrance>
  );
}
