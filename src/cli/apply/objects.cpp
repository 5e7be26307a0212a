#include "cli/apply/objects.hpp"

#include <fmt/format.h>

#include "cli/connector/options.hpp"
#include "core/error.hpp"
#include "core/text.hpp"
#include "platform/datasets/file_format.hpp"
#include "sources/field.hpp"
#include "sources/host_url.hpp"
#include "sources/registry.hpp"

namespace prevision::cli {

namespace {

/// The host, without the user name of a URL, which goes into `username`.
std::string take_host_apart(const Declared& declared, std::string& username) {
    const auto host = declared.text("host");
    const auto url = sources::split_host_url(host);
    if (!url) return host;
    const auto refuse_part = [](std::string_view what, std::string hint) {
        sources::refuse_field("host", fmt::format("it holds {}", what), std::move(hint));
    };
    if (url->password)
        refuse_part("a password", "give it by password_env, password_file or password_command");
    if (!url->database.empty())
        refuse_part("a database", fmt::format("give it in the datasource: database: {}", url->database));
    if (!url->tls.empty()) refuse_part("a mode of encryption", fmt::format("write tls: {}", url->tls));
    if (url->username && !username.empty()) refuse_part("a user name", "username names one too");
    if (url->username) username = *url->username;
    return url->host;
}

}  // namespace

model::Connector to_connector(const Declared& declared) {
    model::Connector connector;
    connector.name = declared.name;
    connector.username = declared.text("username");
    connector.host = at(declared, "host", [&] { return take_host_apart(declared, connector.username); });
    if (const auto port = parse_integer(declared.text("port"))) connector.port = static_cast<int>(*port);
    for (const auto& [name, field] : declared.fields) {
        if (!field.value.empty() && (name == "engine" || sources::is_engine_option(name)))
            connector.options[name] = field.value;
    }
    connector.type = at(declared, "host", [&] {
        return tell_type(declared.text("type"), declared.text("engine"), connector.host);
    });
    return connector;
}

model::Datasource to_datasource(const Declared& declared) {
    model::Datasource datasource;
    datasource.name = declared.name;
    for (const auto& text : datasource_texts) datasource.*text.member = declared.text(text.name);
    datasource.format = declared_format(declared);
    return datasource;
}

model::Exporter to_exporter(const Declared& declared) {
    model::Exporter exporter;
    exporter.name = declared.name;
    for (const auto& text : exporter_texts) exporter.*text.member = declared.text(text.name);
    const bool to_table = !exporter.table.empty();
    auto mode = declared.text("write_mode");
    if (mode.empty()) mode = write_modes(to_table).front();
    (to_table ? exporter.database_write_mode : exporter.file_write_mode) = mode;
    return exporter;
}

model::FileFormat declared_format(const Declared& declared) {
    const auto given = [&](std::string_view field) {
        auto value = declared.text(field);
        return value == "auto" ? std::string() : value;
    };
    model::FileFormat format{.separator = given("separator"),
                             .quote = given("quote"),
                             .escape = given("escape"),
                             .comment = given("comment"),
                             .header = {},
                             .skip = {},
                             .encoding = given("encoding")};
    const auto header = given("header");
    if (header == "yes" || header == "true") format.header = true;
    if (header == "no" || header == "false") format.header = false;
    if (!header.empty() && !format.header) {
        throw Error(ErrorClass::invalid, fmt::format("{}: header '{}' is not one of auto, yes, no",
                                                     declared.where("header"), header));
    }
    if (const auto skip = given("skip"); !skip.empty()) {
        const auto lines = parse_integer(skip).value_or(-1);
        if (lines < 0) {
            throw Error(ErrorClass::invalid,
                        fmt::format("{}: skip '{}' is neither a number of lines nor auto",
                                    declared.where("skip"), skip));
        }
        format.skip = static_cast<std::uint64_t>(lines);
    }
    return at(declared, "separator", [&] { return platform::normal_format(format); });
}

}  // namespace prevision::cli
