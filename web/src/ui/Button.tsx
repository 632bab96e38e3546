import { LoaderCircle } from "lucide-react";
import type { ComponentProps, ReactNode } from "react";
import { cx } from "@/lib/cx";
import { Tooltip } from "./layers/Tooltip";

/** How loud a button is. */
export type ButtonLook = "primary" | "plain" | "quiet" | "danger";

const LOOKS: Record<ButtonLook, string> = {
  primary: "bg-accent-strong text-on-accent border-transparent hover:bg-accent-hover",
  plain: "bg-surface text-text border-line-strong hover:bg-hover",
  quiet: "bg-transparent text-text border-transparent hover:bg-hover",
  danger: "bg-fail-strong text-white border-transparent hover:brightness-110",
};

/** Classes of a button, for links that look like one. */
export function buttonClass(look: ButtonLook = "plain", className = ""): string {
  return cx(
    "inline-flex min-h-8 shrink-0 items-center justify-center gap-1.5 rounded-md border px-3 text-sm font-medium whitespace-nowrap select-none pointer-coarse:min-h-10",
    "aria-disabled:cursor-not-allowed aria-disabled:opacity-55 aria-disabled:hover:bg-inherit",
    LOOKS[look],
    className,
  );
}

/** Props of Button. */
export interface ButtonProps extends Omit<ComponentProps<"button">, "disabled"> {
  look?: ButtonLook;
  icon?: ReactNode;
  busy?: boolean;
  /** Why it cannot be used now; the button stays reachable and says so. */
  disabledReason?: string | false | null | undefined;
}

/** A button. When it cannot be used, it stays visible and says why. */
export function Button({ look = "plain", icon, busy, disabledReason, className, children, onClick, type = "button", ...rest }: ButtonProps) {
  const off = Boolean(disabledReason) || busy;
  const button = (
    <button
      {...rest}
      type={off && type === "submit" ? "button" : type}
      aria-disabled={off || undefined}
      aria-busy={busy || undefined}
      onClick={off ? undefined : onClick}
      className={buttonClass(look, className)}
    >
      {busy ? <LoaderCircle size={15} className="animate-spin" aria-hidden /> : icon}
      {children}
    </button>
  );
  return disabledReason ? <Tooltip text={disabledReason}>{button}</Tooltip> : button;
}

/** Props of IconButton. */
export interface IconButtonProps extends Omit<ButtonProps, "children"> {
  /** Name for those who do not see the icon; also the tooltip. */
  label: string;
}

/** A square button with an icon and a name. */
export function IconButton({ label, look = "quiet", className, disabledReason, icon, ...rest }: IconButtonProps) {
  const button = (
    <button
      type="button"
      {...rest}
      aria-label={label}
      aria-disabled={disabledReason ? true : undefined}
      onClick={disabledReason ? undefined : rest.onClick}
      className={buttonClass(look, cx("min-w-8 px-0! pointer-coarse:min-w-10", className))}
    >
      {icon}
    </button>
  );
  return <Tooltip text={disabledReason || label}>{button}</Tooltip>;
}
