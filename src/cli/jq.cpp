#include "cli/jq.hpp"

#include <utility>

#include <fmt/format.h>
#include <jq.h>

#include "core/error.hpp"
#include "core/late_library.hpp"
#include "render/renderer.hpp"

namespace prevision::cli {

namespace {

/// The functions of libjq, which few commands need.
struct JqLibrary : private LateLibrary {
    JqLibrary() : LateLibrary("libjq.so.1") {}

    decltype(::jq_init)* init = find("jq_init");
    decltype(::jq_teardown)* teardown = find("jq_teardown");
    decltype(::jq_compile)* compile = find("jq_compile");
    decltype(::jq_set_error_cb)* set_error_cb = find("jq_set_error_cb");
    decltype(::jq_set_input_cb)* set_input_cb = find("jq_set_input_cb");
    decltype(::jq_set_attr)* set_attr = find("jq_set_attr");
    decltype(::jq_halted)* halted = find("jq_halted");
    decltype(::jq_get_exit_code)* get_exit_code = find("jq_get_exit_code");
    decltype(::jq_get_error_message)* get_error_message = find("jq_get_error_message");
    decltype(::jq_start)* start = find("jq_start");
    decltype(::jq_next)* next = find("jq_next");
    decltype(::jq_format_error)* format_error = find("jq_format_error");
    decltype(::jv_get_kind)* get_kind = find("jv_get_kind");
    decltype(::jv_free)* free = find("jv_free");
    decltype(::jv_copy)* copy = find("jv_copy");
    decltype(::jv_array)* array = find("jv_array");
    decltype(::jv_array_append)* array_append = find("jv_array_append");
    decltype(::jv_string)* string = find("jv_string");
    decltype(::jv_number_value)* number_value = find("jv_number_value");
    decltype(::jv_string_value)* string_value = find("jv_string_value");
    decltype(::jv_string_length_bytes)* string_length_bytes = find("jv_string_length_bytes");
    decltype(::jv_dump_string)* dump_string = find("jv_dump_string");
    decltype(::jv_invalid_has_msg)* invalid_has_msg = find("jv_invalid_has_msg");
    decltype(::jv_invalid_get_msg)* invalid_get_msg = find("jv_invalid_get_msg");
    decltype(::jv_parser_new)* parser_new = find("jv_parser_new");
    decltype(::jv_parser_free)* parser_free = find("jv_parser_free");
    decltype(::jv_parser_set_buf)* parser_set_buf = find("jv_parser_set_buf");
    decltype(::jv_parser_next)* parser_next = find("jv_parser_next");
};

/// The first line of a message of jq, without its prefix.
std::string first_line(std::string text) {
    constexpr std::string_view prefix = "jq: error: ";
    if (text.starts_with(prefix)) text.erase(0, prefix.size());
    return text.substr(0, text.find('\n'));
}

}  // namespace

/// A compiled program.
class FilteredOutput::Program {
  public:
    explicit Program(const std::string& text) : jq_(library_.init()) {
        if (jq_ == nullptr) throw Error(ErrorClass::internal, "--jq: libjq cannot be started");
        library_.set_error_cb(jq_, keep_message, this);
        library_.set_input_cb(jq_, next_input, this);
        set_module_folders();
        if (library_.compile(jq_, text.c_str()) != 0) return;
        const auto message = first_line(message_);
        library_.teardown(&jq_);
        throw Error(ErrorClass::usage, fmt::format("--jq: '{}' is not a jq program: {}", text, message),
                    "see the manual of jq(1)");
    }
    ~Program() { library_.teardown(&jq_); }
    Program(const Program&) = delete;
    Program& operator=(const Program&) = delete;

    /// Runs it on each JSON text in `input`.
    void run(const std::string& input, bool printable, Output& out) {
        const std::unique_ptr<jv_parser, decltype(library_.parser_free)> parser(library_.parser_new(0),
                                                                                library_.parser_free);
        inputs_ = parser.get();
        library_.parser_set_buf(inputs_, input.data(), static_cast<int>(input.size()), 0);
        while (library_.halted(jq_) == 0) {
            const jv value = library_.parser_next(inputs_);
            if (!is_valid(value)) {
                fail_if_message(value, "--jq: the result is not JSON");
                return;
            }
            library_.start(jq_, value, 0);
            write_results(printable, out);
        }
        fail_if_halted_by_error();
    }

  private:
    /// The next JSON text, for `input`. Called by libjq, which has no check for a program without it.
    static jv next_input(jq_state* /*jq*/, void* program) {
        auto& self = *static_cast<Program*>(program);
        return self.library_.parser_next(self.inputs_);
    }

    /// Where `include` and `import` look for modules. Without these, libjq ends the process when a program has one.
    void set_module_folders() {
        const auto text = [this](const char* value) { return library_.string(value); };
        const jv folders = library_.array_append(library_.array(), text("~/.jq"));
        library_.set_attr(jq_, text("JQ_LIBRARY_PATH"), folders);
        library_.set_attr(jq_, text("JQ_ORIGIN"), text("."));
        library_.set_attr(jq_, text("PROGRAM_ORIGIN"), text("."));
    }

    /// Called by libjq: it must not throw.
    static void keep_message(void* program, jv message) {
        auto& self = *static_cast<Program*>(program);
        const jv text = self.library_.format_error(message);
        try {
            // The first one says what is wrong, the last one only how often.
            if (self.message_.empty()) self.message_ = self.text_of(text);
        } catch (const std::bad_alloc&) {
            self.message_.clear();
        }
        self.library_.free(text);
    }

    [[nodiscard]] bool is_valid(jv value) const { return library_.get_kind(value) != JV_KIND_INVALID; }

    [[nodiscard]] std::string text_of(jv text) const {
        if (library_.get_kind(text) != JV_KIND_STRING) return {};
        const auto size = library_.string_length_bytes(library_.copy(text));
        return {library_.string_value(text), static_cast<std::size_t>(size)};
    }

    void write_results(bool printable, Output& out) {
        for (;;) {
            const jv result = library_.next(jq_);
            if (!is_valid(result)) {
                fail_if_message(result, "--jq: the program failed");
                return;
            }
            const bool is_text = library_.get_kind(result) == JV_KIND_STRING;
            const jv shown = is_text ? result : library_.dump_string(result, 0);
            const auto text = text_of(shown);
            library_.free(shown);
            out.write((printable ? render::printable(text) : text) + '\n');
        }
    }

    /// The end of values has no message; an error has one. Takes `end`.
    void fail_if_message(jv end, const std::string& what) {
        if (library_.invalid_has_msg(library_.copy(end)) == 0) {
            library_.free(end);
            return;
        }
        const jv text = library_.format_error(library_.invalid_get_msg(end));
        const auto message = first_line(text_of(text));
        library_.free(text);
        throw Error(ErrorClass::invalid, fmt::format("{}: {}", what, message));
    }

    /// `halt` ends the program as well as any end; `halt_error` is its failure.
    void fail_if_halted_by_error() {
        const jv code = library_.get_exit_code(jq_);
        const bool failed = library_.get_kind(code) == JV_KIND_NUMBER && library_.number_value(code) != 0;
        library_.free(code);
        if (!failed) return;
        const jv message = library_.get_error_message(jq_);
        const jv shown =
            library_.get_kind(message) == JV_KIND_STRING ? message : library_.dump_string(message, 0);
        const auto text = first_line(text_of(shown));
        library_.free(shown);
        throw Error(ErrorClass::invalid, fmt::format("--jq: the program failed: {}", text));
    }

    JqLibrary library_;
    jq_state* jq_;
    jv_parser* inputs_ = nullptr;  ///< while it runs
    std::string message_;
};

FilteredOutput::FilteredOutput(Output& out) : out_(out) {}

FilteredOutput::~FilteredOutput() = default;

void FilteredOutput::filter(const std::string& program) { program_ = std::make_unique<Program>(program); }

void FilteredOutput::write(std::string_view bytes) {
    if (program_) {
        held_ += bytes;
    } else {
        out_.write(bytes);
    }
}

void FilteredOutput::flush() {
    if (!program_) out_.flush();
}

void FilteredOutput::finish(bool printable) {
    if (!program_) return;
    const auto program = std::move(program_);
    program->run(std::exchange(held_, {}), printable, out_);
    out_.flush();
}

}  // namespace prevision::cli
