/** Time zones for fields to propose: `list={ZONE_NAMES}` on the field, this once on the page. */
export const ZONE_NAMES = "zones";

const ZONES = Intl.supportedValuesOf("timeZone");

/** The browser's own list of zone names; what is typed is judged by the server. */
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
