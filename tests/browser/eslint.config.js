import js from "@eslint/js";

const shared = ["console", "URL", "URLSearchParams", "setTimeout", "clearTimeout"];
const browser = [
  "AbortController",
  "BroadcastChannel",
  "CSS",
  "Event",
  "EventSource",
  "IDBKeyRange",
  "TextDecoder",
  "TextEncoder",
  "XMLHttpRequest",
  "crypto",
  "document",
  "fetch",
  "getComputedStyle",
  "history",
  "indexedDB",
  "location",
  "navigator",
  "PerformanceObserver",
  "window",
];
const node = ["Buffer", "fetch", "process"];

function globals(names) {
  return Object.fromEntries(names.map((name) => [name, "readonly"]));
}

const rules = {
  curly: "error",
  eqeqeq: "error",
  "no-implicit-coercion": "error",
  "no-shadow": "error",
  "no-var": "error",
  "prefer-const": "error",
  "max-lines": ["error", 400],
  "max-lines-per-function": ["error", 60],
  // The pages' policy (Trusted Types) refuses these, and nothing here needs them.
  "no-restricted-properties": [
    "error",
    ...["innerHTML", "outerHTML", "insertAdjacentHTML", "srcdoc"].map((property) => ({ property })),
  ],
};

export default [
  js.configs.recommended,
  { rules },
  { files: ["**/web/**"], languageOptions: { globals: globals([...shared, ...browser]) } },
  // Functions given to a page run there.
  {
    files: ["**/browser/**"],
    languageOptions: { globals: globals([...shared, ...browser, ...node]) },
  },
];
