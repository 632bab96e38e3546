/** Time zones that fields suggest: put `list={ZONE_NAMES}` on the field and `<ZoneNames />` once on the page. */
export const ZONE_NAMES = "zones";

const ZONES = Intl.supportedValuesOf("timeZone");

/** The browser's own list of zone names. The server checks what somebody types. */
export function ZoneNames() {
  return (
    <datalist id={ZONE_NAMES}>
      {ZONES.map((zone) => (
        <option key={zone} value={zone}>
          {zone}
        </option>
      ))}
    </datalist>
  );
}
