#include "support/sftp_server.hpp"

#include "support/proftpd_server.hpp"

namespace prevision::testing {

SftpServer::SftpServer(const std::vector<std::string>& options)
    : process_("nobody"), port_(find_free_port()) {
    std::filesystem::create_directory(home());
    // The one that Debian's packages belong to.
    std::vector<std::string> command{"/usr/bin/python3", PREVISION_SFTP_SERVER, std::to_string(port_),
                                     home().string(),    "--password",          password()};
    command.insert(command.end(), options.begin(), options.end());
    process_.start(command);
    process_.wait_until([&] { return answers(port_); });
}

}  // namespace prevision::testing
