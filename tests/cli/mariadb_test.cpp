#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "core/text.hpp"
#include "support/mariadb_server.hpp"
#include "support/program.hpp"

using namespace prevision;
using testing::Prevision;

namespace {

testing::MariadbServer& server() {
    static testing::MariadbServer one;
    return one;
}

/// A home with a connector `db` to the server.
struct Linked : Prevision {
    Linked() {
        ok({"connector", "create", "db", "--type", "SQL", "--host", "127.0.0.1", "--port",
            fmt::format("{}", server().port()), "--engine", "mysql", "--username", "tester",
            "--password-stdin"},
           server().password());
    }

    /// The bytes of a snapshot of a table.
    [[nodiscard]] std::string snapshot(const std::string& table) const {
        ok({"datasource", "create", table, "--connector", "db", "--database", "shop", "--table", table,
            "--if-exists", "update"});
        const auto id = std::string(trim(ok({"dataset", "create", "--datasource", table, "-q"})));
        ok({"dataset", "verify", id});
        return ok({"dataset", "download", id, "--to", "-"});
    }
};

}  // namespace

TEST_CASE("a snapshot of a real server holds what the server's own client shows") {
    const Linked prevision;
    server().query(
        "CREATE TABLE `odd``name` (id INT PRIMARY KEY, t TEXT CHARACTER SET utf8mb4, l VARCHAR(9) CHARACTER "
        "SET latin1, "
        "u BIGINT UNSIGNED, d DECIMAL(65,30), z DATE, b BLOB, j JSON);"
        "SET sql_mode = '';"
        "INSERT INTO `odd``name` VALUES"
        " (1, 'plain', CONVERT(x'E9' USING latin1), 18446744073709551615, 0.1, '0000-00-00', x'00FF', '[1]'),"
        " (2, '', '', 0, -1, '2020-02-29', '', '{}'),"
        " (3, NULL, NULL, NULL, NULL, NULL, NULL, NULL),"
        " (4, 'a,\"b\"\\nc 😀', x'C3A9', 1, 1, '2020-01-01', x'22', '\"x\"');");
    // The client formats each value as the CSV must hold it; HEX keeps it unchanged on the way.
    const std::string fields =
        "CONCAT_WS(',', id, "
        "IF(t IS NULL, '', IF(t = '' OR t REGEXP '[,\"\\n]', CONCAT('\"', REPLACE(t, '\"', '\"\"'), '\"'), "
        "t)), "
        "IF(l IS NULL, '', IF(l = '', '\"\"', CONVERT(l USING utf8mb4))), IFNULL(u, ''), IFNULL(d, ''), "
        "IFNULL(z, ''), "
        "IF(b IS NULL, '', CONCAT('\\\\x', LOWER(HEX(b)))), "
        "IF(j IS NULL, '', IF(j REGEXP '[,\"]', CONCAT('\"', REPLACE(j, '\"', '\"\"'), '\"'), j)))";
    std::string expected = to_hex("id,t,l,u,d,z,b,j\r\n");
    const auto lines = server().query(fmt::format("SELECT HEX({}) FROM `odd``name` ORDER BY id;", fields));
    for (const auto& line : split(std::string(trim(lines)), '\n'))
        expected += to_lower(line) + to_hex("\r\n");
    CHECK(to_hex(prevision.snapshot("odd`name")) == expected);
}

TEST_CASE("a dataset that is exported into its table leaves the table as it was") {
    const Linked prevision;
    server().query(
        "CREATE TABLE returned (id INT AUTO_INCREMENT PRIMARY KEY, b VARBINARY(9), p TIMESTAMP(3) NULL, f BIT(3),"
        " t VARCHAR(9), g INT AS (c + 1), c INT, z DATE); SET sql_mode = '';"
        "INSERT INTO returned (b, p, f, t, c, z) VALUES (x'00FF', '2020-01-01 10:00:00.125', b'101', '', 1, "
        "'0000-00-00'), (NULL, NULL, NULL, NULL, NULL, NULL);");
    const std::string look = "SELECT id, HEX(b), p, HEX(f), HEX(t), g, z FROM returned ORDER BY id;";
    const auto before = server().query(look);
    const auto bytes = prevision.snapshot("returned");
    prevision.ok({"exporter", "create", "back", "--connector", "db", "--database", "shop", "--table",
                  "returned", "--write-mode", "replace"});
    const auto id = std::string(trim(prevision.ok({"dataset", "create", "--datasource", "returned", "-q"})));
    server().query("UPDATE returned SET b = 'changed';");
    prevision.ok({"exporter", "run", "back", "--dataset", id});
    CHECK(server().query(look) == before);
    CHECK(prevision.snapshot("returned") == bytes);
}

TEST_CASE("a snapshot can be of an empty table and of one with 300 columns") {
    const Linked prevision;
    server().query("CREATE TABLE nothing (a INT, b TEXT);");
    CHECK(prevision.snapshot("nothing") == "a,b\r\n");
    std::string columns;
    std::string header;
    std::string row;
    for (int i = 0; i < 300; ++i) {
        columns += fmt::format("{}c{} INT DEFAULT {}", i == 0 ? "" : ", ", i, i);
        header += fmt::format("{}c{}", i == 0 ? "" : ",", i);
        row += fmt::format("{}{}", i == 0 ? "" : ",", i);
    }
    server().query(fmt::format("CREATE TABLE wide ({}); INSERT INTO wide () VALUES ();", columns));
    CHECK(prevision.snapshot("wide") == header + "\r\n" + row + "\r\n");
}

TEST_CASE("a server's refusal has its exit code, and no message holds the password") {
    const Linked prevision;
    const auto test = [&](const std::vector<std::string>& change) {
        auto arguments = change;
        arguments.insert(arguments.begin(), {"connector", "update", "db"});
        prevision.ok(arguments);
        return prevision({"connector", "test", "db"});
    };
    CHECK(prevision({"connector", "test", "db"}).exit_code == 0);
    prevision.ok({"datasource", "create", "x", "--connector", "db", "--database", "nowhere", "--table", "t"});
    CHECK(prevision({"datasource", "test", "x"}).exit_code == 3);
    prevision.ok({"datasource", "update", "x", "--database", "shop"});
    CHECK(prevision({"datasource", "test", "x"}).exit_code == 3);
    const auto refused = test({"--password", "not-the-password"});
    CHECK(refused.exit_code == 4);
    CHECK(refused.err.find("not-the-password") == std::string::npos);
    CHECK(test({"--port", "1", "--password", "not-the-password"}).exit_code == 5);
}

TEST_CASE("a user whose login needs a plugin of the client library can log in") {
    const Prevision prevision;
    server().query(
        "INSTALL SONAME 'auth_ed25519';"
        "CREATE USER signer@'%' IDENTIFIED VIA ed25519 USING PASSWORD('key of signer');"
        "GRANT SELECT ON shop.* TO signer@'%';");
    prevision.ok(
        {"connector", "create", "signed", "--type", "SQL", "--engine", "mysql", "--host", "127.0.0.1",
         "--port", fmt::format("{}", server().port()), "--username", "signer", "--password-stdin"},
        "key of signer");
    CHECK(prevision({"connector", "test", "signed"}).exit_code == 0);
}
