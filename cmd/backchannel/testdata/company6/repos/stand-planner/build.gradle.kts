plugins { kotlin("jvm") version "1.9.10"
 id("org.springframework.boot") version "3.2.2" }
