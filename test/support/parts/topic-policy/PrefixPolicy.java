import java.util.Map;
import org.apache.kafka.common.errors.PolicyViolationException;
import org.apache.kafka.server.policy.CreateTopicPolicy;

/** A cluster's rules, as a platform team writes them: by prefix, so that one broker serves several tests. */
public class PrefixPolicy implements CreateTopicPolicy {
    @Override
    public void validate(RequestMetadata request) {
        if (request.topic().startsWith("closed.")) {
            throw new PolicyViolationException("Topics are created by the platform team: open a ticket at PLAT.");
        }
        if (request.topic().startsWith("bare.") && !request.configs().isEmpty()) {
            throw new PolicyViolationException("Topic settings are not allowed: " + request.configs().keySet());
        }
    }

    @Override
    public void configure(Map<String, ?> configs) {
    }

    @Override
    public void close() {
    }
}
