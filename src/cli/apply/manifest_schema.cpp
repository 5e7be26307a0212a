#include "cli/apply/manifest_schema.hpp"

namespace prevision::cli {

std::string_view manifest_schema() {
    return R"json({
"$schema": "http://json-schema.org/draft-07/schema#",
"title": "The manifest of a dataset",
"type": "object",
"required": ["manifest_version", "columns"],
"properties": {
  "manifest_version": {"const": 1},
  "dataset": {"$ref": "#/definitions/reference"},
  "datasource": {"$ref": "#/definitions/reference"},
  "connector": {"$ref": "#/definitions/reference"},
  "engine": {"type": "string"},
  "host": {"type": "string"},
  "port": {"type": "integer", "minimum": 1, "maximum": 65535},
  "server_version": {"type": "string"},
  "location": {
    "type": "object",
    "properties": {
      "path": {"type": "string"},
      "database": {"type": "string"},
      "table": {"type": "string"},
      "bucket": {"type": "string"},
      "request": {"type": "string"},
      "g_cloud": {"type": "string"}
    }
  },
  "definition_sha256": {"$ref": "#/definitions/hash"},
  "parameters": {
    "type": "array",
    "items": {
      "type": "object",
      "required": ["name", "value"],
      "properties": {
        "name": {"type": "string"},
        "type": {"type": "string"},
        "value": {"type": ["string", "null"]}
      }
    }
  },
  "files": {
    "type": "array",
    "items": {
      "type": "object",
      "required": ["path"],
      "properties": {
        "path": {"type": "string"},
        "etag": {"type": "string"},
        "size": {"$ref": "#/definitions/count"},
        "modified": {"$ref": "#/definitions/time"}
      }
    }
  },
  "cursor": {
    "type": "object",
    "required": ["column"],
    "properties": {"column": {"type": "string"}, "type": {"type": "string"}}
  },
  "window": {
    "type": "object",
    "required": ["high"],
    "properties": {"low": {"type": "string"}, "high": {"type": "string"}}
  },
  "states": {
    "type": "array",
    "items": {
      "type": "object",
      "required": ["method", "value"],
      "properties": {"method": {"type": "string"}, "value": {"type": "string"}}
    }
  },
  "parents": {"type": "array", "items": {"type": "string"}},
  "begun_at": {"$ref": "#/definitions/time"},
  "ended_at": {"$ref": "#/definitions/time"},
  "program": {
    "type": "object",
    "required": ["name", "version"],
    "properties": {"name": {"type": "string"}, "version": {"type": "string"}}
  },
  "file": {
    "type": "object",
    "properties": {
      "name": {"type": "string"},
      "type": {"type": "string"},
      "compression": {"type": "string"},
      "separator": {"type": "string"},
      "quote": {"type": "string"},
      "escape": {"type": "string"},
      "comment": {"type": "string"},
      "header": {"type": "boolean"},
      "skip": {"$ref": "#/definitions/count"},
      "encoding": {"type": "string"},
      "note": {"type": "string"}
    }
  },
  "rows": {"$ref": "#/definitions/count"},
  "bytes": {"$ref": "#/definitions/count"},
  "sha256": {"$ref": "#/definitions/hash"},
  "columns": {
    "type": "array",
    "items": {
      "type": "object",
      "required": ["name", "type", "nullable"],
      "properties": {
        "name": {"type": "string"},
        "type": {"type": "string"},
        "kind": {"enum": ["integer", "decimal", "real", "boolean", "text", "date", "time", "timestamp", "binary", "any"]},
        "nullable": {"type": "boolean"}
      }
    }
  },
  "columns_sha256": {"$ref": "#/definitions/hash"}
},
"definitions": {
  "reference": {
    "type": "object",
    "properties": {"id": {"type": "string"}, "name": {"type": "string"}, "type": {"type": "string"}}
  },
  "count": {"type": "integer", "minimum": 0},
  "hash": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
  "time": {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})$"}
}
})json";
}

}  // namespace prevision::cli
