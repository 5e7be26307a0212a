#pragma once

#include <string>
#include <vector>

#include "contract/source_contract.hpp"

namespace prevision::testing {

class RawConnection;

/// A system that is reached over TCP with a user name and a password.
class ConnectingFixture {
  public:
    virtual ~ConnectingFixture() = default;

    /// To a real server, with the right credentials.
    [[nodiscard]] virtual sources::Connection connection() const = 0;

    /// A location of the real server that holds one row.
    [[nodiscard]] virtual sources::Location location() const = 0;

    /// What a server may send that does not speak the system's protocol.
    [[nodiscard]] virtual std::vector<std::string> wrong_answers() const = 0;

    /// The words, and the bytes in the system's protocol, by which a server refuses one client too many.
    struct FullAnswer {
        std::string words;
        std::string bytes;
    };
    [[nodiscard]] virtual FullAnswer full_answer() const = 0;

    /// Reads what a client of the system sends before the server's first answer.
    virtual void read_question(RawConnection& client) const = 0;

    /// Fields other than those that every system has, each with a value that is refused.
    [[nodiscard]] virtual std::vector<std::pair<std::string, std::string>> wrong_options() const {
        return {{"tls", "maybe"}, {"region", "x"}};
    }
};

/// A connection of the fixture's engine to that port of this machine, as a user whom nobody knows.
sources::Connection connection_to_port(const ConnectingFixture& fixture, int port);

/// Tests the connection, which must fail at the stage with the class, and reads the location, which must fail
/// with the same class. No message may hold the password. Returns the Error of the test.
Error check_fails(const ConnectingFixture& fixture, const sources::Connection& connection,
                  const std::string& stage, ErrorClass error_class);

/// How the connection is encrypted, in the words of the stage `tls`. Throws the Error of a test that fails.
std::string tls_message(const sources::Connection& connection);

/// What every such system promises about connecting. Call it in a test case of its own.
void check_connecting_contract(const ConnectingFixture& fixture);

}  // namespace prevision::testing
