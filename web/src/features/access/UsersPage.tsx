import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { useDenied } from "@/shared/access/session";
import { Empty } from "@/ui/layout/Empty";
import { Page } from "@/ui/layout/Page";
import { Tabs } from "@/ui/layout/Tabs";
import { Tokens } from "./Tokens";
import { Users } from "./Users";

const route = getRouteApi("/app/users");

/** Who has access: people and programs. */
export default function UsersPage() {
  const { tab } = route.useSearch();
  const navigate = useNavigate();
  const denied = useDenied("admin");
  return (
    <Page title="Users & tokens" hint="People log in with a password, programs with a token.">
      <Tabs
        label="Users or tokens"
        value={tab === "tokens" ? "tokens" : "users"}
        onValue={(key) => void navigate({ to: "/users", search: key === "users" ? {} : { tab: key }, replace: true })}
        tabs={[
          { key: "users", label: "Users", content: denied ? <Empty title="Only administrators see users">{denied}</Empty> : <Users /> },
          { key: "tokens", label: "Tokens", content: <Tokens /> },
        ]}
      />
    </Page>
  );
}
