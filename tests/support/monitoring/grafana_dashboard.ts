// What a file of ops/grafana is by the types that Grafana publishes. Those leave open what belongs to the type of a panel
// and of a data source; here each is named.
import type * as dashboard from "@grafana/grafana-foundation-sdk/dashboard";
import type * as prometheus from "@grafana/grafana-foundation-sdk/prometheus";
import type * as stat from "@grafana/grafana-foundation-sdk/stat";
import type * as statetimeline from "@grafana/grafana-foundation-sdk/statetimeline";
import type * as timeseries from "@grafana/grafana-foundation-sdk/timeseries";

type Query = Omit<prometheus.Dataquery, "_implementsDataqueryVariant">;

interface FieldsOf<Custom> extends Omit<dashboard.FieldConfig, "custom"> {
  custom?: Custom;
}

interface PanelOf<Type, Options, Custom> extends Omit<dashboard.Panel, "type" | "targets" | "options" | "fieldConfig"> {
  type: Type;
  targets: Query[];
  options: Options;
  fieldConfig: Omit<dashboard.FieldConfigSource, "defaults"> & { defaults: FieldsOf<Custom> };
}

export interface DashboardFile extends Omit<dashboard.Dashboard, "panels"> {
  panels: (
    | PanelOf<"stat", stat.Options, never>
    | PanelOf<"state-timeline", statetimeline.Options, statetimeline.FieldConfig>
    | PanelOf<"timeseries", timeseries.Options, timeseries.FieldConfig>
  )[];
}
